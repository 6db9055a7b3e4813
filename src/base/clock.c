/* What time it is, as texts are kept. */
#include <maille/clock.h>
#include <string.h>
#include <time.h>

void maille_utc_now(char out[21]) {
    time_t seconds = time(NULL);
    struct tm parts = {0};
    if (!gmtime_r(&seconds, &parts) || strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        out[0] = '\0';
}

void maille_utc_today(char out[11]) {
    char now[21];
    maille_utc_now(now);
    memcpy(out, now, 10);
    out[10] = '\0';
}
