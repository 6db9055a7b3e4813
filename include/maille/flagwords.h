/* Flags in French words: what was found, and what could be done about it (room: territory). Never a
 * ruling. One place for layers, reports, command line and service. */
#ifndef MAILLE_FLAGWORDS_H
#define MAILLE_FLAGWORDS_H

#include <maille/judge.h>
#include <maille/strbuf.h>

/* What flags of one kind of perimeter are told from. */
typedef struct {
    const char *kind; /* of perimeter: "cpts" … */
    const maille_ground *ground;
    const maille_judge_rules *rules;
    const maille_plan *plan; /* that the flags' claims are of */
    const maille_flags *flags;
} maille_flag_context;

/* What it is about: a perimeter, "a + b", a gap ("zb-22010"), a commune. */
void maille_flag_subject(const maille_flag_context *context, const maille_flag *flag,
                         maille_strbuf *out);
/* A name that the same finding keeps from one run to the next. */
void maille_flag_id(const maille_flag_context *context, const maille_flag *flag,
                    maille_strbuf *out);
/* Codes that it is about, ascending: of its units, of a lost member the code that is none. */
uint32_t maille_flag_code_count(const maille_flag_context *context, const maille_flag *flag);
const char *maille_flag_code(const maille_flag_context *context, const maille_flag *flag,
                             uint32_t i);
/* French, one line: what was found; what could be done (nothing is added where there is nothing to
 * say). */
void maille_flag_message(const maille_flag_context *context, const maille_flag *flag,
                         maille_strbuf *out);
void maille_flag_remedy(const maille_flag_context *context, const maille_flag *flag,
                        maille_strbuf *out);
/* Name of a gap: by its first commune, so that the same gap keeps it while others come and go. */
void maille_gap_id(const char *kind, const char *first_code, char *out, size_t size);

#endif
