"""The last lines of a start: where everything is and who can log in."""

from ispplatform.run.installation import LOOPBACK, Installation


def announcement(installation: Installation, *, seconds: float) -> str:
    """Return the text that a person reads once everything runs.

    The demo company's log-ins come from ``demo.txt``, which the demo command writes.

    Args:
        installation: what has been started.
        seconds: how long the start took.
    """
    address = installation.address
    places = [
        ("Portal", f"{address}/"),
        ("Back office", f"{address}/admin/"),
        ("API", f"{address}/api/v1/docs"),
    ]
    if installation.has_own_mail:
        places.append(("Mail", f"SMTP on {LOOPBACK}:{installation.mail_port}, kept in "
                               f"{installation.mail_dir}"))  # fmt: skip
    lines = ["", f"ISP Platform is running (after {seconds:.1f} s). Ctrl-C ends it.", ""]
    lines += [f"  {name:<12} {place}" for name, place in places]
    log_ins = installation.data_dir / "demo.txt"
    if log_ins.exists():
        lines += ["", *(f"  {line}".rstrip() for line in log_ins.read_text().splitlines())]
    return "\n".join([*lines, ""])
