"""The names of imported cases: which are in the house already, and which references and public ids are free."""

from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.imports.rows.import_row import ImportRow, Key


@dataclass
class Names:
    """The names that an import has given so far. `own_source` is the source of this house's own cases in its exports.

    `renamed` holds, by the key of its row, the reference of each case that cannot keep it, since another case has it.
    """

    own_source: str
    renamed: dict[Key, str] = field(default_factory=dict)
    _given: set[str] = field(default_factory=set)

    def missing(self, session: Session, rows: list[ImportRow]) -> list[ImportRow]:
        """Return the rows whose cases are not in the house, each with a reference and a public id only if it is free.

        A case is known by its source and external id, by its public id, or, when it is the house's own, by its
        reference together with the moment when it came in.
        """
        keys, public_ids, own = _there(session, rows)
        missing = [
            row
            for row in rows
            if row.key not in keys
            and row.kept.public_id not in public_ids
            and not (row.source == self.own_source and (row.external_id, row.received_at) in own)
        ]
        taken = _taken(session, missing) | self._given
        return [self._with_free_names(row, taken) for row in missing]

    def _with_free_names(self, row: ImportRow, taken: set[str]) -> ImportRow:
        kept, own = row.kept, row.source == self.own_source
        ref = kept.ref or (row.external_id if own else None)
        if ref in taken:
            self.renamed[row.key], ref = ref or "", None
        if ref is not None:
            taken.add(ref)
            self._given.add(ref)
        is_known_again = own and (ref == row.external_id or kept.public_id is not None)
        return replace(row, kept=replace(kept, ref=ref, is_own=is_known_again))


def _there(session: Session, rows: list[ImportRow]) -> tuple[set[Key], set[str], set[tuple[str, object]]]:
    """Query and return the keys and the public ids of the rows that cases have, and the rows' own cases."""
    keys = select(Case.source, Case.external_id).where(
        Case.source.in_({row.source for row in rows}), Case.external_id.in_([row.external_id for row in rows])
    )
    public_ids = select(Case.public_id).where(Case.public_id.in_([row.kept.public_id for row in rows]))
    own = select(Case.ref, Case.received_at).where(
        Case.source.is_(None), Case.ref.in_([row.external_id for row in rows])
    )
    return (
        {(source or "", external_id or "") for source, external_id in session.execute(keys)},
        set(session.scalars(public_ids)),
        {(ref, received_at) for ref, received_at in session.execute(own)},
    )


def _taken(session: Session, rows: list[ImportRow]) -> set[str]:
    wanted = {row.kept.ref or row.external_id for row in rows}
    return set(session.scalars(select(Case.ref).where(Case.ref.in_(wanted))))
