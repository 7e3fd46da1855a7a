"""Pages: the design system that portal, admin, mails and documents share.

See ``docs/mechanisms/pages.md``; ``/styleguide`` shows every part.
"""
