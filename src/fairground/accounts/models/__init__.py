"""Tables of hubs, people, organisations, roles, consent and grants, and the head that every record shares."""

from fairground.accounts.models.consent import Consent, ConsentText
from fairground.accounts.models.grant import Grant
from fairground.accounts.models.hub import Hub
from fairground.accounts.models.keeping import PlaceKeeper
from fairground.accounts.models.notices import Notice, NoticeWish
from fairground.accounts.models.organisation import (
    Invitation,
    JoinRequest,
    Organisation,
    OrganisationMembership,
)
from fairground.accounts.models.person import Person
from fairground.accounts.models.record import Record
from fairground.accounts.models.revision import Revision
from fairground.accounts.models.role import RoleAssignment
from fairground.accounts.models.user import User

__all__ = [
    "Consent",
    "ConsentText",
    "Grant",
    "Hub",
    "Invitation",
    "JoinRequest",
    "Notice",
    "NoticeWish",
    "Organisation",
    "OrganisationMembership",
    "Person",
    "PlaceKeeper",
    "Record",
    "Revision",
    "RoleAssignment",
    "User",
]
