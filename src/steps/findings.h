/* What a flag is in words, and how findings are named. */
#ifndef MAILLE_STEPS_FINDINGS_H
#define MAILLE_STEPS_FINDINGS_H

#include "steps/step.h"

/* Name of a gap: by its first commune, so that the same gap keeps it while others come and go. */
void gap_id(const char *kind, const char *first_code, char *out, size_t size);

/* What flags of one kind of perimeter are told from. */
typedef struct {
    const char *kind; /* of perimeter: "cpts" … */
    const maille_ground *ground;
    const maille_judge_rules *rules;
    const maille_plan *plan;
    const maille_flags *flags;
} flag_context;

/* What it is about: a perimeter, "a + b", a gap, a commune. */
void flag_subject(const flag_context *c, const maille_flag *flag, maille_strbuf *out);
/* A name that the same finding keeps from one run to the next. */
void flag_id(const flag_context *c, const maille_flag *flag, maille_strbuf *out);
/* French, one line: what was found; what could be done about it (nothing added where nothing). */
void flag_message(const flag_context *c, const maille_flag *flag, maille_strbuf *out);
void flag_remedy(const flag_context *c, const maille_flag *flag, maille_strbuf *out);

#endif
