"""Settings of every installation, split by concern; the environment decides, never a local file."""

from ispplatform.settings.api import *
from ispplatform.settings.applications import *
from ispplatform.settings.dns import *
from ispplatform.settings.jobs import *
from ispplatform.settings.logs import *
from ispplatform.settings.pages import *
from ispplatform.settings.security import *
from ispplatform.settings.stores import *
