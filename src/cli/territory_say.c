/* Flags as the subcommands print them. */
#include "cli/territory.h"

#include <string.h>

maille_status tell_flags(territory *t, const char *kind, const maille_plan *plan,
                         const maille_flags *flags, uint32_t claim, maille_told_flags *out) {
    return maille_tell_flags(t->ctx, t->ground, maille_loaded_rules(t->loaded), kind, plan, flags,
                             claim, t->arena, out);
}

maille_status join_flags(territory *t, maille_told_flags *to, const maille_told_flags *more) {
    size_t count = to->count + more->count;
    maille_told_flag *items = maille_arena_alloc(t->arena, (count + 1) * sizeof *items);
    if (!items)
        return maille_no_memory(t->ctx);
    if (to->count)
        memcpy(items, to->items, to->count * sizeof *items);
    if (more->count)
        memcpy(items + to->count, more->items, more->count * sizeof *items);
    *to = (maille_told_flags){count, items};
    return MAILLE_OK;
}

void drop_ids(maille_told_flags *flags) {
    for (size_t i = 0; i < flags->count; i++)
        flags->items[i].id = NULL;
}

void print_flags(const maille_told_flags *flags, const char *sign) {
    for (size_t i = 0; i < flags->count; i++) {
        const maille_told_flag *f = &flags->items[i];
        printf("%s%s, %s, %s : %s\n", sign, f->severity, f->kind, f->subject, f->message);
        if (!*sign && f->remedy)
            printf("    %s\n", f->remedy);
    }
}
