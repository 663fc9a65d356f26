"""Elements of a model's units as Shoal lays them out (shoal.model.ParameterTable): padded to whole blocks."""

import dataclasses

BLOCK = 4096
FLOAT = 4
PIECE_BYTES = 128 << 10
ALIGNED = 16  # a tensor starts at a multiple of so many elements
POSITIONS, LABELS = 1024, 2
SHAPES = {"small": (4, 256), "base": (12, 768)}  # as make_checkpoint.py makes them


@dataclasses.dataclass(frozen=True)
class Size:
    layers: int
    width: int
    embed: int
    layer: int
    head: int

    @property
    def elements(self):
        return self.embed + self.dense

    @property
    def dense(self):
        """Of units whose gradient travels whole: all but the embeddings."""
        return self.layers * self.layer + self.head

    @property
    def gathered_again(self):
        """In stage 3 for backward: all layers but the last, which is still there."""
        return (self.layers - 1) * self.layer

    @property
    def largest(self):
        return max(self.embed, self.layer)

    def shard(self, workers):
        """The largest share of every unit, in whole blocks."""
        return sum(-(-unit // BLOCK // workers) * BLOCK for unit in (self.embed, *[self.layer] * self.layers, self.head))


def of(name, vocabulary):
    layers, width = SHAPES[name]
    matrices = [3 * width * width, width * width, 4 * width * width, 4 * width * width]
    vectors = [3 * width, width, 4 * width, width, width, width, width, width]
    return Size(
        layers,
        width,
        padded([vocabulary * width, POSITIONS * width]),
        padded(matrices + vectors),
        padded([LABELS * width, width, width]),
    )


def padded(tensors):
    return up(sum(up(tensor, ALIGNED) for tensor in tensors), BLOCK)


def up(value, multiple):
    return -(-value // multiple) * multiple
