"""What a page's form sends: read whole, urlencoded only, and trusted only with the mark of its session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from credpath.errors import InvalidInput
from credpath.web.sessions import Role, Session, check_form, session_of

URLENCODED = "application/x-www-form-urlencoded"
MAX_FIELDS = 300


@dataclass(frozen=True, slots=True)
class Form:
    """Names with values, in the order in which they were sent."""

    fields: Sequence[tuple[str, str]] = ()

    def text(self, name: str) -> str:
        """The last value of a name without outer space, "" where there is none."""
        return next((value.strip() for given, value in reversed(self.fields) if given == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """Every value of a name that is not empty, each once."""
        return tuple(dict.fromkeys(value.strip() for given, value in self.fields if given == name and value.strip()))


@dataclass(frozen=True, slots=True)
class Posted:
    """A form that came from a page of the session."""

    form: Form
    session: Session


def parse_form(text: str) -> Form:
    """A query or a body. Raises InvalidInput for one with too many fields."""
    try:
        return Form(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"))
    except ValueError as error:  # also an encoding that is none
        raise InvalidInput("the form cannot be read", where="form") from error


def query_of(request: Request) -> Form:
    """The fields of the address."""
    return parse_form(request.url.query)


async def read_form(request: Request) -> Form:
    """The fields of the body. Raises InvalidInput for a body that is no plain form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != URLENCODED:
        raise InvalidInput("this page reads plain forms only", where="content-type", fix=f"send {URLENCODED}")
    return parse_form((await request.body()).decode("utf-8", "replace"))


def posted_by(role: Role) -> Callable[[Request], Awaitable[Posted]]:
    """A dependency: the form of a signed-in visitor. Raises Unauthorized, Forbidden or InvalidInput."""

    async def posted(request: Request) -> Posted:
        session = session_of(request, role)
        form = await read_form(request)
        check_form(request, session, form.text("csrf"))
        return Posted(form, session)

    return posted
