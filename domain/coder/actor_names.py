"""Actors by name: the registry's, those whose own words say so, and what is trimmed off them."""

from domain.coder.actor_reading import ActorBuilding, class_of_kind
from domain.coder.readings import ActorReading
from domain.names import NameMention, fold

BACKED = ("backed", "aligned", "allied", "led", "linked", "supported", "affiliated", "installed", "trained")


class NamedActors(ActorBuilding):
    """Reads names."""

    def _named(self, head: int) -> ActorReading | None:
        mention = self.s.names.mention_of.get(head)
        if mention is not None and (self._part_of_phrase(mention, head) or self._of_another(mention, head)):
            return None
        if mention is not None and not mention.modifier and not self._backed(mention) and not self._people(head):
            return self._of_named(head) or self._from_mention(head)
        run = self.s.names.run_of.get(head)
        if run is None or (mention is not None and not self._people(head)):
            return None
        text = self.s.names.text(run)
        words = {self.tree.lower[i] for i in range(run.first, run.last + 1)}
        cls = self.s.article.armed.get(fold(text))
        if cls is None and words & self.lex.words("armed_name_words") and not self._looks_unarmed(head, words):
            cls = "neutral"
        if cls is None:
            return None
        return self._reading(head, "named", run.first, run.last, text, word=self.tree.lemma[head], cls=cls)

    def _part_of_phrase(self, mention: NameMention, head: int) -> bool:
        """ "regime forces" inside "Zarvanian regime forces": the phrase says more than the registry."""
        first = next((t.i for t in self.tree.tokens if t.start >= mention.start), head)
        if not self.tree.tokens[first].text.islower():
            return False
        before = first - 1
        return before > 0 and self.tree.tokens[before].text[:1].isupper() and before not in self.s.names.mention_of

    def _of_named(self, head: int) -> ActorReading | None:
        """ "Tuareg rebels of the FLA": the organisation that common words behind a people's name belong to."""
        if self.tree.tokens[head].text[:1].isupper() or not self.lex.has("unit_heads", self.tree.lemma[head]):
            return None
        for k in self.tree.kids(head, "prep"):
            for target in self.tree.kids(k, "pobj") if self.tree.lower[k] in ("of", "from") else ():
                mention = self.s.names.mention_of.get(target)
                if mention is not None and mention.ids and not (mention.weak or mention.modifier):
                    return self._from_mention(target)
        return None

    def _of_another(self, mention: NameMention, head: int) -> bool:
        """ "AUSSOM peacekeepers": a common noun that the registry knows, right behind the name of whose they are."""
        first = next((t.i for t in self.tree.tokens if t.start >= mention.start), head)
        before = self.s.names.mention_of.get(first - 1)
        return (
            self.tree.tokens[first].text.islower()
            and before is not None
            and bool(before.ids)
            and not (before.weak or before.modifier)
            and before is not mention
        )

    def _looks_unarmed(self, head: int, words: set[str]) -> bool:
        return bool(
            words
            & (
                self.lex.words("unarmed_modifiers")
                | self.lex.words("facility_heads")
                | self.lex.words("naming_facilities")
            )
        )

    def _from_mention(self, head: int) -> ActorReading | None:
        mention = self.s.names.mention_of[head]
        inside = [t.i for t in self.tree.tokens if mention.start <= t.start < mention.end]
        first, last = inside[0], inside[-1]
        run = self.s.names.run_of.get(head)
        if run is not None and not mention.kind and run.first < first and mention.weak:
            return None
        if head != last and head in inside:
            last = max(last, head)
        lemma = self.tree.lemma[last]
        if mention.weak and self._is_place_by_grammar(head, inside):
            return None
        if mention.kind in ("unit", None) and not mention.ids and run is not None:
            first, last = min(first, run.first), max(last, run.last)
        if class_of_kind(mention.kind) != "state" and mention.ids:
            last = self._without_unit(first, last)
            lemma = self.tree.lemma[last]
        if class_of_kind(mention.kind) != "state":
            first = self._without_adjectives(first, last)
        text = self.tree.words(first, last)
        cls = class_of_kind(mention.kind) or self.head_class(lemma) or "neutral"
        common = self.head_class(lemma) is not None and not self.tree.tokens[last].text[:1].isupper()
        how = "described" if common else "named"
        return self._reading(
            head, how, first, last, text, word=lemma, cls=cls, ids=mention.ids, weak=mention.weak, kind=mention.kind
        )

    def _without_adjectives(self, first: int, last: int) -> int:
        """ "paramilitary Rapid Support Forces": the name starts with its capital."""
        start = first
        while (
            start < last
            and self.tree.tag(start) in ("JJ", "NN")
            and self.tree.tokens[start].text.islower()
            and self.tree.lower[start].isalpha()
            and self.tree.lower[start + 1] != "-"
        ):
            start += 1
        return start if start < last and self.tree.tokens[start].text[:1].isupper() else first

    def _without_unit(self, first: int, last: int) -> int:
        """ "RSF fighters" are the RSF: common words behind an organisation's name are no part of it."""
        end = last
        while (
            end > first
            and self.tree.tokens[end].text[:1].islower()
            and self.lex.has("unit_heads", self.tree.lemma[end])
        ):
            end -= 1
        if self.tree.tokens[end].text[:1].islower() and end != last and self.tree.lower[end - 1] != "-":
            return last
        if (
            self.tree.lower[end] in ("'s", "’s", "'")
            or self.tree.lower[end] in self.s.article.adjectives
            or self.tree.lower[end].rpartition("-")[2] in BACKED
        ):
            return last
        return end if any(self.tree.tokens[i].text[:1].isupper() for i in range(first, end + 1)) else last

    def _is_place_by_grammar(self, head: int, inside: list[int]) -> bool:
        """A country's or capital's name inside a larger phrase ("Turkey border") is no actor."""
        return self.tree.dep(head) in ("compound", "amod") and self.tree.head(head) not in inside

    def of_people(self, head: int) -> list[ActorReading]:
        """ "Russian assaults": a people's adjective stands for its state's forces."""
        low, token = self.tree.lower[head], self.tree.tokens[head]
        if (
            low not in self.s.article.adjectives
            or not token.text[:1].isupper()
            or low in self.lex.words("people_adjectives")
        ):
            return []
        return [
            ActorReading(head, "definite", token.text, f"{token.text} forces", "force", "state", token.start, token.end,
                         modifiers=frozenset((low,)))
        ]  # fmt: skip
