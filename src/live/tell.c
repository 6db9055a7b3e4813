/* Perimeters, their differences, claims, strokes and tables, told. */
#include <maille/tell.h>

#include <maille/map.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- strokes ---- */

maille_status maille_tell_ops(maille_ctx *ctx, const maille_op *ops, size_t count,
                              maille_strbuf *out) {
    static const char *const words[][2] = {
        [MAILLE_OP_CREATE] = {"périmètre créé", "périmètres créés"},
        [MAILLE_OP_DELETE] = {"périmètre supprimé", "périmètres supprimés"},
        [MAILLE_OP_ADD] = {"commune ajoutée", "communes ajoutées"},
        [MAILLE_OP_REMOVE] = {"commune retirée", "communes retirées"},
        [MAILLE_OP_SHARE] = {"part changée", "parts changées"},
        [MAILLE_OP_ON_PURPOSE] = {"partage à dessein noté", "partages à dessein notés"},
        [MAILLE_OP_ZONE] = {"sous-zone changée", "sous-zones changées"},
        [MAILLE_OP_RENAME] = {"nom changé", "noms changés"},
        [MAILLE_OP_CONTACT] = {"contact changé", "contacts changés"},
        [MAILLE_OP_STATUS] = {"statut changé", "statuts changés"},
    };
    enum { KINDS = sizeof words / sizeof *words };
    size_t counts[KINDS] = {0};
    const char *comma = "";
    for (size_t i = 0; i < count; i++)
        counts[ops[i].kind]++;
    for (size_t k = 0; k < KINDS; k++)
        if (counts[k]) {
            maille_strbuf_addf(out, "%s%zu %s", comma, counts[k], words[k][counts[k] > 1]);
            comma = ", ";
        }
    if (count == 0)
        maille_strbuf_add(out, "rien");
    return out->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

/* ---- what stands, as a tag ---- */

enum { STATE_DIGITS = 16 };

void maille_state_tag(int64_t version, const char *hash, char tag[MAILLE_STATE_TAG]) {
    snprintf(tag, MAILLE_STATE_TAG, "v%lld%s%.*s", (long long)version, *hash ? "-" : "",
             STATE_DIGITS, hash);
}

/* Digits from `text` on, as a number; NULL where there is none or it is too great. */
static const char *read_version(const char *text, int64_t *version) {
    const char *start = text;
    int64_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        int digit = *text - '0';
        if (value > (INT64_MAX - digit) / 10)
            return NULL;
        value = 10 * value + digit;
    }
    *version = value;
    return text > start ? text : NULL;
}

bool maille_state_tag_read(const char *text, int64_t *version, char state[17]) {
    int64_t number = 0;
    text = read_version(text + (*text == 'v'), &number);
    if (!text)
        return false;
    size_t digits = *text == '-' ? strspn(text + 1, "0123456789abcdef") : 0;
    bool bare = *text == '\0';
    if (!bare && (digits == 0 || digits > STATE_DIGITS || text[1 + digits] != '\0'))
        return false;
    *version = number;
    memcpy(state, bare ? text : text + 1, digits + 1);
    return true;
}

/* ---- what a perimeter is ---- */

void maille_j_statuses(maille_jout *j, const maille_perimeter *perimeter) {
    maille_j_open(j, "statuts", '[');
    for (uint32_t i = 0; i < perimeter->status_count; i++) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "statut", perimeter->statuses[i].status);
        maille_j_text(j, "depuis", perimeter->statuses[i].since);
        maille_j_text(j, "avec", perimeter->statuses[i].by);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

void maille_j_members(maille_jout *j, const char *key, const maille_ground *ground,
                      const maille_perimeter *perimeter) {
    maille_j_open(j, key, '[');
    for (uint32_t i = 0; i < perimeter->member_count; i++) {
        const maille_member *m = &perimeter->members[i];
        uint32_t unit = ground ? maille_ground_unit(ground, m->code) : MAILLE_ABSENT;
        bool there = unit != MAILLE_ABSENT;
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "code", m->code);
        maille_j_text(j, "nom", there ? ground->name[unit] : NULL);
        maille_j_number(j, "population", there ? ground->population[unit] : NAN);
        maille_j_number(j, "part", m->share);
        maille_j_text(j, "sous_zone", m->zone);
        maille_j_text(j, "partage_expres", m->on_purpose ? m->reason : NULL);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

maille_status maille_tell_perimeter(maille_ctx *ctx, const maille_ground *ground,
                                    const maille_perimeter *perimeter, maille_jout *j) {
    const maille_status_entry *present = maille_perimeter_status_on(perimeter, NULL);
    maille_j_text(j, "id", perimeter->id);
    maille_j_text(j, "nom", perimeter->name);
    maille_j_text(j, "genre", perimeter->kind);
    maille_j_text(j, "statut", present->status);
    maille_j_text(j, "depuis", present->since);
    maille_j_text(j, "contact", perimeter->contact);
    maille_j_statuses(j, perimeter);
    maille_j_members(j, "membres", ground, perimeter);
    return j->s.failed ? maille_no_memory(ctx) : MAILLE_OK;
}

void maille_j_differences(maille_jout *j, const char *key, const maille_differences *differences) {
    maille_j_open(j, key, '[');
    for (uint32_t i = 0; differences && i < differences->count; i++) {
        const maille_difference *d = &differences->items[i];
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "quoi", d->what);
        maille_j_text(j, "code", d->code);
        maille_j_text(j, "avant", d->before);
        maille_j_text(j, "apres", d->after);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

/* ---- communes that several claim ---- */

static void j_claimant(maille_jout *j, const maille_ground *ground, const maille_plan *plan,
                       const maille_claimant *claimant) {
    const maille_claim *claim = &plan->claims[claimant->claim];
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "id", claim->id);
    maille_j_text(j, "nom", claim->name);
    maille_j_text(j, "statut", claim->status);
    maille_j_text(j, "depuis", claim->since);
    maille_j_number(j, "part", claimant->share);
    maille_j_bool(j, "partage_expres", claimant->on_purpose);
    maille_j_text(j, "pole", claimant->pole == MAILLE_ABSENT ? NULL : ground->code[claimant->pole]);
    maille_j_number(j, "minutes_pole", claimant->minutes_to_pole);
    maille_j_bool(j, "touche", claimant->borders);
    maille_j_close(j, '}');
}

static void j_contested_unit(maille_jout *j, const maille_ground *ground, const maille_plan *plan,
                             const maille_contested *contested, const maille_contested_unit *u) {
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "code", ground->code[u->unit]);
    maille_j_text(j, "nom", ground->name[u->unit]);
    maille_j_number(j, "population", ground->population[u->unit]);
    maille_j_open(j, "pretendants", '[');
    for (uint32_t k = 0; k < u->count; k++)
        j_claimant(j, ground, plan, &contested->claimants[u->first + k]);
    maille_j_close(j, ']');
    maille_j_open(j, "majorites", '{');
    for (uint32_t k = 0; k < ground->grouping_count; k++) {
        uint32_t claim = contested->majorities[u->grouping_first + k];
        maille_j_text(j, ground->groupings[k].name,
                      claim == MAILLE_ABSENT ? NULL : plan->claims[claim].id);
    }
    maille_j_close(j, '}');
    maille_j_close(j, '}');
}

maille_status maille_tell_contested(maille_ctx *ctx, const maille_ground *ground,
                                    const maille_plan *plan, const maille_contested *contested,
                                    maille_jout *j) {
    maille_j_open(j, NULL, '[');
    for (uint32_t i = 0; i < contested->count; i++)
        j_contested_unit(j, ground, plan, contested, &contested->units[i]);
    maille_j_close(j, ']');
    return j->s.failed ? maille_no_memory(ctx) : MAILLE_OK;
}

/* ---- tables ---- */

static void j_cell(maille_jout *j, const char *key, const maille_column *c, size_t row) {
    if (c->null[row])
        maille_j_text(j, key, NULL);
    else if (c->type == MAILLE_INT)
        maille_j_int(j, key, c->ints[row]);
    else if (c->type == MAILLE_REAL)
        maille_j_number(j, key, c->reals[row]);
    else
        maille_j_text(j, key, c->texts[row]);
}

void maille_j_table(maille_jout *j, const char *key, const maille_table *table,
                    const maille_j_column *columns, size_t count) {
    maille_j_open(j, key, '[');
    for (size_t row = 0; row < table->rows; row++) {
        maille_j_open(j, NULL, '{');
        for (size_t i = 0; i < count; i++)
            j_cell(j, columns[i].key,
                   &table->columns[maille_table_column(table, columns[i].column)], row);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

/* ---- comments ---- */

void maille_j_history(maille_jout *j, const char *key, const maille_table *rows) {
    static const maille_j_column columns[] = {{"numero", "number"},
                                              {"id", "id"},
                                              {"date", "at"},
                                              {"qui", "who"},
                                              {"motif", "why"},
                                              {"genre", "kind"},
                                              {"du_changement", "of_change"},
                                              {"perimetre", "perimeter"},
                                              {"nom", "name"},
                                              {"version", "version"},
                                              {"avant", "before"},
                                              {"apres", "after"}};
    maille_j_table(j, key, rows, columns, sizeof columns / sizeof *columns);
}

void maille_j_comment(maille_jout *j, const char *key, const maille_table *rows, size_t row) {
    const char *kind = rows->columns[maille_table_column(rows, "subject_kind")].texts[row];
    const maille_j_column told[] = {{"id", "id"},
                                    {kind, "subject"},
                                    {"scenario", "scenario"},
                                    {"texte", "text"},
                                    {"le", "at"},
                                    {"qui", "who"},
                                    {"reponse_a", "reply_to"},
                                    {"regle", "settled"},
                                    {"regle_par", "settled_by"},
                                    {"retire", "withdrawn"}};
    maille_j_open(j, key, '{');
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        j_cell(j, told[i].key, &rows->columns[maille_table_column(rows, told[i].column)], row);
    maille_j_close(j, '}');
}

/* ---- a row of a list ---- */

static bool lies_in(const maille_claim *claim, const maille_partition *departments, uint32_t d) {
    for (uint32_t i = 0; i < claim->count; i++)
        if (departments->of_commune[claim->member[i]] == d)
            return true;
    return false;
}

void maille_j_listed(maille_jout *j, const maille_ground *ground, const maille_perimeter *perimeter,
                     const maille_status_entry *on, const maille_claim *claim) {
    const maille_partition *departments = &ground->department;
    maille_j_text(j, "id", perimeter->id);
    maille_j_text(j, "nom", perimeter->name);
    maille_j_text(j, "genre", perimeter->kind);
    maille_j_text(j, "statut", on ? on->status : NULL);
    maille_j_text(j, "depuis", on ? on->since : NULL);
    maille_j_text(j, "contact", perimeter->contact);
    maille_j_open(j, "departements", '[');
    for (uint32_t d = 0; d < departments->count; d++)
        if (lies_in(claim, departments, d))
            maille_j_text(j, NULL, departments->id[d]);
    maille_j_close(j, ']');
}
