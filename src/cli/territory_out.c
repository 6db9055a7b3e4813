/* What subcommands print: JSON, and numbers as French readers write them. */
#include "cli/territory.h"

#include <maille/json.h>
#include <math.h>
#include <string.h>

maille_status j_print(maille_ctx *ctx, maille_jout *j) {
    bool failed = j->s.failed;
    if (!failed && j->s.text)
        printf("%s\n", j->s.text);
    maille_strbuf_free(&j->s);
    return failed ? maille_no_memory(ctx) : MAILLE_OK;
}

number in_french(double value, int decimals) {
    number out = {"–"};
    if (!isnan(value))
        say_number(value, decimals, out.text, sizeof out.text);
    return out;
}

number in_percent(double share) {
    number out = in_french(100 * share, 1);
    size_t length = strlen(out.text);
    if (!isnan(share))
        snprintf(out.text + length, sizeof out.text - length, "\u00a0%%");
    return out;
}

const char *plural(double count) {
    return count >= 2 ? "s" : "";
}

const char *or_dash(const char *text) {
    return text ? text : "–";
}
