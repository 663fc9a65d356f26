/*
 * The functions of libcuda.so.1 and libnccl.so.2 that Shoal calls, over plain memory and sockets:
 * tests of the binding run without a device, in one process or several. Declared as in cuda.h (12)
 * and nccl.h (2.17). It is stricter than the real ones: a call that breaks a rule of use fails.
 *
 *   device memory   malloc, kept apart from host memory
 *   stream          a thread that does what is queued, in order
 *   communicator    a socket between two ranks; a transfer is its size, its bytes, and
 *                   an answer: as on a device, both sides of it end together
 *
 * HOST_DEVICES says how many devices there are (default 3).
 */
#define _GNU_SOURCE
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CUDA_OK = 0, CUDA_INVALID = 1, CUDA_NO_CONTEXT = 201, CUDA_NOT_READY = 600 };
enum { NCCL_OK, NCCL_CUDA, NCCL_SYSTEM, NCCL_INTERNAL, NCCL_ARGUMENT, NCCL_USAGE, NCCL_REMOTE, NCCL_PROGRESS };
enum { DEVICES = 16, ALLOCATIONS = 256, BYTES = 1 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char contexts[DEVICES];
static _Thread_local char *current;
static struct { char *at; size_t size; int on_device; } allocations[ALLOCATIONS];
static int live; /* allocations, streams and communicators that are not freed */
static char last_error[256];

static void count(int change) { __atomic_add_fetch(&live, change, __ATOMIC_SEQ_CST); }

int host_live(void) { return __atomic_load_n(&live, __ATOMIC_SEQ_CST); }

/* ---- CUDA: devices and memory ---- */

int cuInit(unsigned flags) { return flags == 0 ? CUDA_OK : CUDA_INVALID; }

int cuGetErrorName(int result, const char **name) {
    *name = result == CUDA_NO_CONTEXT ? "CUDA_ERROR_INVALID_CONTEXT" : "CUDA_ERROR_INVALID_VALUE";
    return CUDA_OK;
}

int cuDeviceGetCount(int *number) {
    const char *said = getenv("HOST_DEVICES");
    *number = said ? atoi(said) : 3;
    return CUDA_OK;
}

int cuDeviceGet(int *device, int ordinal) {
    *device = ordinal;
    return ordinal >= 0 && ordinal < DEVICES ? CUDA_OK : CUDA_INVALID;
}

int cuDeviceGetUuid_v2(unsigned char *uuid, int device) {
    for (int i = 0; i < 16; i++) uuid[i] = (unsigned char)(16 * device + i);
    return CUDA_OK;
}

int cuDriverGetVersion(int *version) {
    *version = 12080;
    return CUDA_OK;
}

int cuDeviceGetName(char *name, int length, int device) {
    snprintf(name, (size_t)length, "Host Device %d", device);
    return CUDA_OK;
}

int cuDeviceTotalMem_v2(size_t *bytes, int device) {
    *bytes = ((size_t)device + 1) << 30;
    return CUDA_OK;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
    if (attribute != 75 && attribute != 76) return CUDA_INVALID;
    *value = attribute == 75 ? 9 : device;
    return CUDA_OK;
}

int cuDevicePrimaryCtxRetain(void **context, int device) {
    *context = &contexts[device];
    return CUDA_OK;
}

int cuCtxSetCurrent(void *context) {
    current = context;
    return CUDA_OK;
}

static int allocate(void **at, size_t size, int on_device) {
    if (!current) return CUDA_NO_CONTEXT;
    pthread_mutex_lock(&lock);
    int i = 0;
    while (i < ALLOCATIONS - 1 && allocations[i].at) i++;
    allocations[i].at = *at = malloc(size);
    allocations[i].size = size;
    allocations[i].on_device = on_device;
    pthread_mutex_unlock(&lock);
    count(1);
    return CUDA_OK;
}

static int release(void *at, int on_device) {
    int result = CUDA_INVALID;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < ALLOCATIONS; i++) {
        if (allocations[i].at == at && allocations[i].on_device == on_device) {
            memset(at, 0x5a, allocations[i].size);
            free(at);
            allocations[i].at = NULL;
            count(-1);
            result = CUDA_OK;
        }
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static int inside(const void *at, size_t size, int on_device) {
    int found = 0;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < ALLOCATIONS; i++) {
        char *from = allocations[i].at;
        if (from && allocations[i].on_device == on_device && (char *)at >= from
            && (char *)at + size <= from + allocations[i].size) found = 1;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

int cuMemAlloc_v2(void **at, size_t size) { return allocate(at, size, 1); }
int cuMemFree_v2(void *at) { return release(at, 1); }
int cuMemHostAlloc(void **at, size_t size, unsigned flags) { return flags ? CUDA_INVALID : allocate(at, size, 0); }
int cuMemFreeHost(void *at) { return release(at, 0); }

/* ---- CUDA: streams ---- */

struct communicator;

struct work {
    struct work *next;
    struct communicator *with; /* a transfer; NULL: a copy */
    char *to;
    const char *from;
    size_t size;
};

struct stream {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct work *first, **end;
    int busy, over;
};

static void transfer(struct work *work);

static void *serve(void *argument) {
    struct stream *stream = argument;
    pthread_mutex_lock(&stream->lock);
    while (1) {
        while (!stream->first && !stream->over) pthread_cond_wait(&stream->changed, &stream->lock);
        if (!stream->first) break;
        struct work *work = stream->first;
        stream->first = work->next;
        if (!stream->first) stream->end = &stream->first;
        stream->busy = 1;
        pthread_mutex_unlock(&stream->lock);
        if (work->with) transfer(work); else memcpy(work->to, work->from, work->size);
        free(work);
        pthread_mutex_lock(&stream->lock);
        stream->busy = 0;
        pthread_cond_broadcast(&stream->changed);
    }
    pthread_mutex_unlock(&stream->lock);
    return NULL;
}

static void queue(struct stream *stream, struct communicator *with, void *to, const void *from, size_t size) {
    struct work *work = calloc(1, sizeof *work);
    *work = (struct work){NULL, with, to, from, size};
    pthread_mutex_lock(&stream->lock);
    *stream->end = work;
    stream->end = &work->next;
    pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
}

int cuStreamCreate(struct stream **made, unsigned flags) {
    if (!current) return CUDA_NO_CONTEXT;
    if (flags != 1) return CUDA_INVALID;
    struct stream *stream = *made = calloc(1, sizeof **made);
    pthread_mutex_init(&stream->lock, NULL);
    pthread_cond_init(&stream->changed, NULL);
    stream->end = &stream->first;
    pthread_create(&stream->thread, NULL, serve, stream);
    count(1);
    return CUDA_OK;
}

int cuStreamQuery(struct stream *stream) {
    pthread_mutex_lock(&stream->lock);
    int idle = !stream->first && !stream->busy;
    pthread_mutex_unlock(&stream->lock);
    return idle ? CUDA_OK : CUDA_NOT_READY;
}

int cuStreamSynchronize(struct stream *stream) {
    pthread_mutex_lock(&stream->lock);
    while (stream->first || stream->busy) pthread_cond_wait(&stream->changed, &stream->lock);
    pthread_mutex_unlock(&stream->lock);
    return CUDA_OK;
}

int cuStreamDestroy_v2(struct stream *stream) {
    pthread_mutex_lock(&stream->lock);
    stream->over = 1;
    pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
    pthread_join(stream->thread, NULL);
    free(stream);
    count(-1);
    return CUDA_OK;
}

static int copy(void *to, int to_device, const void *from, size_t size, struct stream *stream) {
    if (!current) return CUDA_NO_CONTEXT;
    if (!inside(to, size, to_device) || !inside(from, size, !to_device)) return CUDA_INVALID;
    queue(stream, NULL, to, from, size);
    return CUDA_OK;
}

int cuMemcpyHtoDAsync_v2(void *to, const void *from, size_t size, struct stream *stream) {
    return copy(to, 1, from, size, stream);
}

int cuMemcpyDtoHAsync_v2(void *to, const void *from, size_t size, struct stream *stream) {
    return copy(to, 0, from, size, stream);
}

/* ---- NCCL ---- */

typedef struct { char internal[128]; } unique_id;

struct config {
    size_t size;
    unsigned magic, version;
    int blocking, cga, min_blocks, max_blocks;
    const char *net;
};

struct communicator {
    pthread_t thread;
    unique_id id;
    char *context;
    int rank, socket, state, asked, aborted, under_way;
};

static int get(int *of) { return __atomic_load_n(of, __ATOMIC_SEQ_CST); }
static void set(int *of, int value) { __atomic_store_n(of, value, __ATOMIC_SEQ_CST); }

static int fail(int result, const char *why) {
    snprintf(last_error, sizeof last_error, "%s", why);
    return result;
}

int ncclGetVersion(int *version) { *version = 21701; return NCCL_OK; }
const char *ncclGetLastError(void *of) { return of ? "" : last_error; }

const char *ncclGetErrorString(int result) {
    static const char *const words[] = {"no error", "cuda", "system", "internal", "invalid argument",
                                        "invalid usage", "remote", "in progress"};
    return result >= 0 && result < 8 ? words[result] : "unknown";
}

int ncclGetUniqueId(unique_id *id) {
    return getrandom(id, sizeof *id, 0) == sizeof *id ? NCCL_OK : fail(NCCL_SYSTEM, "no random bytes");
}

/* Moves all bytes, or gives -1 once the communicator is aborted. */
static int move(struct communicator *with, char *at, size_t size, int out) {
    while (size > 0) {
        struct pollfd ready = {with->socket, out ? POLLOUT : POLLIN, 0};
        if (get(&with->aborted)) return -1;
        if (poll(&ready, 1, 5) < 1) continue;
        ssize_t moved = out ? send(with->socket, at, size, MSG_NOSIGNAL) : recv(with->socket, at, size, 0);
        if (moved <= 0) {
            usleep(1000); /* a device does not notice that its peer is gone */
            continue;
        }
        at += moved;
        size -= (size_t)moved;
    }
    return 0;
}

static void transfer(struct work *work) {
    struct communicator *with = work->with;
    uint64_t size = work->size;
    int out = with->rank == 0;
    if (!get(&with->aborted) && move(with, (char *)&size, sizeof size, out) == 0) {
        char done = 1;
        if (size != work->size) set(&with->state, fail(NCCL_USAGE, "sizes differ"));
        else if (move(with, out ? (char *)work->from : work->to, work->size, out) == 0) move(with, &done, 1, !out);
    }
    __atomic_sub_fetch(&with->under_way, 1, __ATOMIC_SEQ_CST);
}

static void *join_ranks(void *argument) {
    struct communicator *comm = argument;
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path + 1, comm->id.internal, 64);
    socklen_t length = sizeof name.sun_family + 65;
    int listening = socket(AF_UNIX, SOCK_STREAM, 0);
    if (comm->rank == 0) {
        bind(listening, (struct sockaddr *)&name, length);
        listen(listening, 1);
        struct pollfd ready = {listening, POLLIN, 0};
        while (!get(&comm->aborted) && poll(&ready, 1, 5) < 1) {}
        comm->socket = get(&comm->aborted) ? -1 : accept(listening, NULL, NULL);
        close(listening);
    } else {
        while (connect(listening, (struct sockaddr *)&name, length) && !get(&comm->aborted)) usleep(2000);
        comm->socket = listening;
    }
    int device = (int)(comm->context - contexts), own = device;
    int moved = comm->socket < 0 ? -1 : move(comm, (char *)&device, sizeof device, comm->rank == 0);
    if (moved == 0 && comm->rank == 1 && device == own) moved = -1; /* as NCCL refuses it */
    set(&comm->state, moved == 0 ? NCCL_OK : fail(NCCL_USAGE, "the ranks did not meet"));
    return NULL;
}

int ncclCommInitRankConfig(struct communicator **made, int ranks, unique_id id, int rank, struct config *config) {
    if (!current) return fail(NCCL_CUDA, "no context is current");
    if (ranks != 2 || rank < 0 || rank > 1) return fail(NCCL_ARGUMENT, "wrong rank");
    if (config->size != sizeof *config || config->magic != 0xcafebeef || config->version < 21700
        || config->blocking != 0 || config->cga != INT_MIN || config->min_blocks != 1
        || config->max_blocks != 1 || config->net) return fail(NCCL_ARGUMENT, "wrong config");
    struct communicator *comm = *made = calloc(1, sizeof **made);
    comm->id = id;
    comm->rank = rank;
    comm->context = current;
    comm->socket = -1;
    comm->state = NCCL_PROGRESS;
    pthread_create(&comm->thread, NULL, join_ranks, comm);
    count(1);
    return NCCL_PROGRESS;
}

int ncclCommGetAsyncError(struct communicator *comm, int *state) {
    /* a call that was begun takes until it was asked after twice */
    *state = get(&comm->state);
    if (*state == NCCL_OK && comm->asked > 0) {
        comm->asked--;
        *state = NCCL_PROGRESS;
    }
    return NCCL_OK;
}

int ncclCommAbort(struct communicator *comm) {
    set(&comm->aborted, 1);
    pthread_join(comm->thread, NULL);
    while (get(&comm->under_way) > 0) usleep(500);
    if (comm->socket >= 0) close(comm->socket);
    free(comm);
    count(-1);
    return NCCL_OK;
}

static int begin(struct communicator *comm, int rank, void *at, size_t size, int type, int peer, struct stream *stream) {
    if (current != comm->context) return fail(NCCL_CUDA, "another device is current");
    if (get(&comm->state) != NCCL_OK || comm->asked) return fail(NCCL_USAGE, "a call is in progress");
    if (comm->rank != rank || peer != 1 - rank) return fail(NCCL_ARGUMENT, "wrong peer");
    if (type != BYTES || !inside(at, size, 1)) return fail(NCCL_ARGUMENT, "not bytes on the device");
    comm->asked = 2;
    __atomic_add_fetch(&comm->under_way, 1, __ATOMIC_SEQ_CST);
    queue(stream, comm, at, at, size);
    return NCCL_PROGRESS;
}

int ncclSend(void *at, size_t size, int type, int peer, struct communicator *comm, struct stream *stream) {
    return begin(comm, 0, at, size, type, peer, stream);
}

int ncclRecv(void *at, size_t size, int type, int peer, struct communicator *comm, struct stream *stream) {
    return begin(comm, 1, at, size, type, peer, stream);
}
