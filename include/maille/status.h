/* Status codes: what every fallible function returns (room: base). */
#ifndef MAILLE_STATUS_H
#define MAILLE_STATUS_H

/* The first six are the exit codes of the command line. */
typedef enum {
    MAILLE_OK = 0,
    MAILLE_FAILED = 1,    /* input/output, memory, an internal fault */
    MAILLE_USAGE = 2,     /* options or arguments do not hold */
    MAILLE_REFUSED = 3,   /* data refused: the message names file and row */
    MAILLE_NOT_FOUND = 4, /* a file, a layer, a perimeter that is not there */
    MAILLE_FOUND = 5,     /* a check found something */
    MAILLE_NO_MEMORY = 6, /* exit 1 */
    MAILLE_BUSY = 7,      /* another writer holds the workspace; exit 1 */
    MAILLE_CANCELLED = 8, /* exit 1 */
} maille_status;

/* For functions with a `status` and a single exit: goes to `done:` with that of a call that failed.
 */
#define MAILLE_TRY(call)                                                                           \
    do {                                                                                           \
        status = (call);                                                                           \
        if (status != MAILLE_OK)                                                                   \
            goto done;                                                                             \
    } while (0)

/* Exit code of the command line for a status, 0 to 5. */
int maille_exit_code(maille_status status);

#endif
