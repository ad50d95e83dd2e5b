"""A parsed sentence with the walks the coder needs. No walk recurses: a sentence may be hostile."""

from collections.abc import Callable, Iterator, Sequence

from domain.ports import Token


class Tree:
    """A dependency tree over a sentence's tokens. Token indices are the only handles."""

    def __init__(self, text: str, tokens: Sequence[Token], lemmatise: Callable[[Token], str]) -> None:
        self.text = text
        self.tokens = tuple(tokens)
        self.lower = tuple(token.text.lower() for token in self.tokens)
        self.lemma = tuple(lemmatise(token) for token in self.tokens)
        children: list[list[int]] = [[] for _ in self.tokens]
        for token in self.tokens:
            if token.head != token.i:
                children[token.head].append(token.i)
        self.children = tuple(tuple(c) for c in children)
        # columns: these answers are asked for millions of times
        self._deps = tuple(token.dep for token in self.tokens)
        self._tags = tuple(token.tag for token in self.tokens)
        self._heads = tuple(token.head for token in self.tokens)
        self._verbs = tuple(tag.startswith("V") for tag in self._tags)
        self._nouns = tuple(tag.startswith("NN") for tag in self._tags)

    def __len__(self) -> int:
        return len(self.tokens)

    def dep(self, i: int) -> str:
        return self._deps[i]

    def tag(self, i: int) -> str:
        return self._tags[i]

    def head(self, i: int) -> int:
        return self._heads[i]

    def is_verb(self, i: int) -> bool:
        return self._verbs[i]

    def is_noun(self, i: int) -> bool:
        return self._nouns[i]

    def is_proper(self, i: int) -> bool:
        return self._tags[i].startswith("NNP")

    def kids(self, i: int, *deps: str) -> list[int]:
        """Children with one of these labels (all when none is given), left to right."""
        children = self.children[i]
        if not deps or not children:
            return list(children)
        labels = self._deps
        return [c for c in children if labels[c] in deps]

    def subtree(self, i: int) -> list[int]:
        """The token and all below it, in sentence order."""
        found, waiting = [i], list(self.children[i])
        while waiting:
            n = waiting.pop()
            found.append(n)
            waiting.extend(self.children[n])
        return sorted(found)

    def ancestors(self, i: int) -> Iterator[int]:
        """The heads above a token, nearest first."""
        seen = {i}
        while (parent := self._heads[i]) not in seen:
            seen.add(parent)
            yield parent
            i = parent

    def conjuncts(self, i: int) -> list[int]:
        """A token and all that is coordinated below it."""
        found = [i]
        for n in found:
            found += self.kids(n, "conj")
        return found

    def first_conjunct(self, i: int) -> int:
        """Up the chain of `conj` to the first member."""
        for parent in self.ancestors(i):
            if self._deps[i] != "conj":
                break
            i = parent
        return i

    def words(self, start: int, end: int) -> str:
        """The sentence's own text from token `start` up to and with token `end`."""
        return self.text[self.tokens[start].start : self.tokens[end].end]
