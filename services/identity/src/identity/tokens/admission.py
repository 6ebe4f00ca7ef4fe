"""Who is let through the doors for clients: so many requests a source, a client and an agency, and few wrong proofs.

What strangers do is counted for the source that they come from, and for nobody whom they name. So nobody is locked out
by others who use their client's id:

- Wrong proofs count for a client *from a source*, and for the source. Beyond the limit the source is answered 429, and
  what it offers is not looked at, until the while is over.
- A source from which a client has proved itself is known, as long as this process runs. There a right proof is always
  taken, whatever others behind the same address have tried; wrong ones are answered 429.
- Wrong proofs are noted in the audit as well, those that were answered 429 left out.
- A client's and an agency's requests count once the client has proved itself. A public client proves nothing, so
  nothing counts for it, and its requests count for their source alone.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from chassis.limiting import Limiter, Taken, headers_of
from identity.tokens.proving import Proving
from identity.tokens.server import NOBODY_PROVEN, Answer, Asked, Proven, fault_in, make_fault, read_offer
from identity.tokens.wrong_proofs import WrongProofs

MOST_KNOWN = 50_000


@dataclass
class Admitted:
    """Who asks, and what is left to them. Shape: with `refused` that is the answer."""

    taken: list[Taken]
    proven: Proven = NOBODY_PROVEN
    refused: Answer | None = field(default=None, init=False)

    def refuse(self, *spent: Taken) -> "Admitted":
        self.taken += [one for one in spent if one not in self.taken]
        self.refused = self.dress(make_fault(429, "temporarily_unavailable", "Too many requests: see Retry-After."))
        return self

    def dress(self, answer: Answer) -> Answer:
        answer.headers.update(headers_of(self.taken))
        return answer


class Admission:
    """One for each process."""

    def __init__(self, limiter: Limiter, proving: Proving, wrong: WrongProofs) -> None:
        self._limiter, self._proving, self._wrong = limiter, proving, wrong
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def admit(self, asked: Asked) -> Admitted:
        """Errors: those of a store that is away."""
        source = asked.source
        admitted = Admitted([self._limiter.take("token_source", source)])
        if admitted.taken[0].refused:
            return admitted.refuse()
        if fault_in(asked):
            return admitted  # the door says what is wrong
        offered = read_offer(asked)
        pair = (offered.client_id or "", source)
        spent = [one for one in (self._look("client", *pair), self._look("source", source)) if one.refused]
        if spent and pair not in self._known:
            return admitted.refuse(*spent)
        admitted.proven = await self._proving.prove(offered)
        client = admitted.proven.client
        if client is None:
            self._limiter.take("guess_source", source)
            self._limiter.take("guess_client", " ".join(pair))
            if spent:
                return admitted.refuse(*spent)
            self._wrong.count(offered.client_id, in_use=self._proving.is_in_use(offered.client_id))
            return admitted
        if client.row.public:
            return admitted
        self._remember(pair)
        admitted.taken += [
            self._limiter.take("token_client", client.row.client_id),
            self._limiter.take("token_agency", client.standing[1]),
        ]
        return admitted.refuse() if any(one.refused for one in admitted.taken) else admitted

    def _look(self, kind: str, *key: str) -> Taken:
        return self._limiter.look(f"guess_{kind}", " ".join(key))

    def _remember(self, pair: tuple[str, str]) -> None:
        self._known[pair] = None
        self._known.move_to_end(pair)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
