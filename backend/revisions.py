"""A counter for each area and room, raised with every change of what its public pages show.

Public pages are kept by these numbers: a page names the rooms that it shows, and is new when one of them is.
Area None is the city: what stands on pages across areas.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base, insert

CITY = 0  # area_id of what no single area owns


class Revision(Base):
    __tablename__ = "revisions"

    area_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # CITY or an area's id; no foreign key
    room: Mapped[str] = mapped_column(String(20), primary_key=True)  # "ideas", "cases", "meetings", "areas" ...
    number: Mapped[int] = mapped_column(default=0)


def raise_(session: Session, area_id: int | None, *rooms: str) -> None:
    """Says that what these rooms show has changed, in the area and in the city, within the caller's transaction."""
    for place in {area_id or CITY, CITY}:
        for room in rooms:
            new = insert(session, Revision).values(area_id=place, room=room, number=1)
            session.execute(
                new.on_conflict_do_update(index_elements=["area_id", "room"], set_={"number": Revision.number + 1})
            )


def named(session: Session, area_id: int | None, rooms: Sequence[str]) -> str:
    """One text made of the rooms' numbers, the same as long as none of them has changed. One statement."""
    query = select(Revision.room, Revision.number).where(
        Revision.area_id == (area_id or CITY), Revision.room.in_(rooms)
    )
    numbers: dict[str, int] = dict(session.execute(query).all())
    return ".".join(str(numbers.get(room, 0)) for room in rooms)
