/* Status codes as exit codes of the command line. */
#include <maille/status.h>

int maille_exit_code(maille_status status) {
    switch (status) {
    case MAILLE_OK:
    case MAILLE_FAILED:
    case MAILLE_USAGE:
    case MAILLE_REFUSED:
    case MAILLE_NOT_FOUND:
    case MAILLE_FOUND:
        return (int)status;
    case MAILLE_NO_MEMORY:
    case MAILLE_BUSY:
    case MAILLE_CANCELLED:
        break;
    }
    return MAILLE_FAILED;
}
