"""Links to a learner's own page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from credpath.api.schemas.values import Input
from credpath.web.links import MINUTES, MOST_MINUTES


class LinkIn(Input):
    """How long it opens the page."""

    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] = Field(
        MINUTES, description="How long the link works; a visit that it opened lasts eight hours."
    )


class LinkOut(TypedDict):
    """The link, and when it stops working."""

    url: str
    expires_at: datetime
