"""One rank of gloo's all_reduce: RANK RANKS RENDEZVOUS_FILE ELEMENTS ROUNDS. Rank 0 prints the seconds of each counted round."""

import json
import sys
import time

import torch
import torch.distributed as dist

WARM_BYTES = 3_000_000_000  # as `shoal doctor --exchange`


def main():
    rank, ranks, file, elements, rounds = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{file}", rank=rank, world_size=ranks)
    pattern = torch.arange(elements, dtype=torch.int32).bitwise_and_(1023).float()
    warm_rounds = max(4, min(WARM_BYTES // 4 // elements, 100))
    seconds = []
    for _ in range(warm_rounds + rounds):
        values = pattern + rank
        dist.barrier()
        begun = time.perf_counter()
        dist.all_reduce(values)
        dist.barrier()
        seconds.append(time.perf_counter() - begun)
        expected = 2 * pattern + 1
        assert ranks == 2 and torch.equal(values, expected), "gloo's sum is wrong"
    if rank == 0:
        print(json.dumps(seconds[warm_rounds:]))
    dist.destroy_process_group()


main()
