/* Flags in French: what was found, and what could be done. Never a ruling. */
#include <maille/flagwords.h>
#include <maille/map.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *s_of(uint32_t count) {
    return count > 1 ? "s" : "";
}

static const char *name_of(const maille_flag_context *c, uint32_t claim) {
    return c->plan->claims[claim].name;
}

static void add_inhabitants(maille_strbuf *out, double people) {
    maille_strbuf_add_french(out, people, 0);
    maille_strbuf_add(out, round(people) > 1 ? " habitants" : " habitant");
}

static void add_percent(maille_strbuf *out, double share) {
    maille_strbuf_add_french(out, 100 * share, 1);
    maille_strbuf_add(out, " %");
}

uint32_t maille_flag_code_count(const maille_flag_context *c, const maille_flag *flag) {
    return flag->kind == MAILLE_FLAG_LOST ? c->plan->claims[flag->a].lost : flag->count;
}

const char *maille_flag_code(const maille_flag_context *c, const maille_flag *flag, uint32_t i) {
    return flag->kind == MAILLE_FLAG_LOST ? c->plan->claims[flag->a].lost_code[i]
                                          : c->ground->code[c->flags->units[flag->first + i]];
}

static const char *commune_name(const maille_flag_context *c, const maille_flag *flag, uint32_t i) {
    return c->ground->name[c->flags->units[flag->first + i]];
}

typedef const char *word_of(const maille_flag_context *c, const maille_flag *flag, uint32_t i);

/* "A, B, C, D, E et 12 autres" */
static void add_first(const maille_flag_context *c, const maille_flag *flag, word_of *word,
                      uint32_t count, maille_strbuf *out) {
    enum { SHOWN = 5 };
    for (uint32_t i = 0; i < count && i < SHOWN; i++)
        maille_strbuf_addf(out, "%s%s", i ? ", " : "", word(c, flag, i));
    if (count > SHOWN)
        maille_strbuf_addf(out, " et %u autre%s", count - SHOWN, s_of(count - SHOWN));
}

static void add_communes(const maille_flag_context *c, const maille_flag *flag,
                         maille_strbuf *out) {
    add_first(c, flag, commune_name, flag->count, out);
}

/* " sans CPTS"; a perimeter of another kind is named with its kind: " sans périmètre (pta)". */
static void add_without(const maille_flag_context *c, maille_strbuf *out) {
    if (strcmp(c->kind, "cpts") == 0)
        maille_strbuf_add(out, " sans CPTS");
    else
        maille_strbuf_addf(out, " sans périmètre (%s)", c->kind);
}

void maille_gap_id(const char *kind, const char *first_code, char *out, size_t size) {
    if (strcmp(kind, "cpts") == 0)
        snprintf(out, size, "zb-%s", first_code);
    else
        snprintf(out, size, "zb-%s-%s", kind, first_code);
}

static const char *first_code(const maille_flag_context *c, const maille_flag *flag) {
    return flag->count ? c->ground->code[c->flags->units[flag->first]] : "";
}

void maille_flag_subject(const maille_flag_context *c, const maille_flag *flag,
                         maille_strbuf *out) {
    char id[128];
    if (flag->kind == MAILLE_FLAG_GAP) {
        maille_gap_id(c->kind, first_code(c, flag), id, sizeof id);
        maille_strbuf_add(out, id);
    } else if (flag->a == MAILLE_ABSENT) {
        maille_strbuf_add(out, first_code(c, flag));
    } else {
        maille_strbuf_add(out, c->plan->claims[flag->a].id);
        if (flag->b != MAILLE_ABSENT)
            maille_strbuf_addf(out, " + %s", c->plan->claims[flag->b].id);
    }
}

void maille_flag_id(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    /* A hole is named by its first commune too: a perimeter may have several. */
    maille_strbuf_addf(out, "%s:", maille_flag_name(flag->kind));
    maille_flag_subject(c, flag, out);
    if (flag->kind == MAILLE_FLAG_OVERSHARED)
        maille_strbuf_addf(out, "/%s", c->kind);
    if (flag->kind == MAILLE_FLAG_HOLE)
        maille_strbuf_addf(out, "/%s", first_code(c, flag));
    if (flag->kind == MAILLE_FLAG_SMALL || flag->kind == MAILLE_FLAG_LARGE)
        maille_strbuf_add(out, flag->kind == MAILLE_FLAG_SMALL ? "/sous" : "/sur");
    if (flag->kind == MAILLE_FLAG_SPLIT) {
        const maille_partition *p = &c->ground->groupings[flag->grouping];
        maille_strbuf_addf(out, "/%s/%s", p->name, p->id[flag->group]);
    }
}

/* ---- messages ---- */

static void say_empty(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    maille_strbuf_addf(out, "%s n’a aucune commune", name_of(c, flag->a));
}

static void say_lost(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    uint32_t count = maille_flag_code_count(c, flag);
    maille_strbuf_addf(out, "%s nomme %u code%s qui %s dans aucune couche de communes : ",
                       name_of(c, flag->a), count, s_of(count), count > 1 ? "ne sont" : "n’est");
    add_first(c, flag, maille_flag_code, count, out);
}

/* "CPTS du Littoral (Contractualisée)" */
static void add_with_status(const maille_flag_context *c, uint32_t claim, maille_strbuf *out) {
    const maille_claim *of = &c->plan->claims[claim];
    const maille_publication_rules *rules = c->rules->publication;
    const maille_perimeter_status *known = rules ? maille_status_of_id(rules, of->status) : NULL;
    maille_strbuf_addf(out, "%s (%s)", of->name, known ? known->title.fr : of->status);
}

static void say_overlap(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    add_with_status(c, flag->a, out);
    maille_strbuf_add(out, " et ");
    add_with_status(c, flag->b, out);
    maille_strbuf_add(out, " ");
    maille_strbuf_addf(out,
                       flag->kind == MAILLE_FLAG_SHARED ? "partagent à dessein %u commune%s ("
                                                        : "ont %u commune%s en commun (",
                       flag->count, s_of(flag->count));
    add_inhabitants(out, flag->population);
    maille_strbuf_add(out, ") : ");
    add_communes(c, flag, out);
}

static void say_overshared(const maille_flag_context *c, const maille_flag *flag,
                           maille_strbuf *out) {
    add_communes(c, flag, out);
    maille_strbuf_add(out, " : les parts de cette commune font ");
    maille_strbuf_add_french(out, flag->value, 2);
    maille_strbuf_add(out, " en tout, plus que 1");
}

static void say_gap(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    maille_strbuf_addf(out, "%u commune%s", flag->count, s_of(flag->count));
    add_without(c, out);
    maille_strbuf_add(out, " (");
    add_inhabitants(out, flag->population);
    maille_strbuf_add(out, ")");
    if (flag->enclosed)
        maille_strbuf_addf(out, ", enclavée%s", s_of(flag->count));
    if (flag->places)
        maille_strbuf_addf(out, ", avec %u lieu%s de soins", flag->places,
                           flag->places > 1 ? "x" : "");
    maille_strbuf_add(out, " : ");
    add_communes(c, flag, out);
}

static void say_parts(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    maille_strbuf_addf(
        out, "%s est en %.0f morceaux, par frontière%s ; à part : ", name_of(c, flag->a),
        flag->value, c->ground->has_roads ? " ou par route" : " (aucune route n’est chargée)");
    add_communes(c, flag, out);
    maille_strbuf_add(out, " (");
    add_inhabitants(out, flag->population);
    maille_strbuf_add(out, ")");
}

static void say_linked(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    maille_strbuf_addf(out, "%s n’est d’un seul tenant que par la route : ", name_of(c, flag->a));
    for (uint32_t i = 0; i < flag->link_count; i++) {
        const maille_link *l = &c->ground->links[c->flags->links[flag->first_link + i]];
        maille_strbuf_addf(out, "%s%s – %s (", i ? ", " : "", c->ground->name[l->a],
                           c->ground->name[l->b]);
        maille_strbuf_add_french(out, l->minutes, 1);
        maille_strbuf_add(out, " min)");
    }
}

static void say_hole(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    maille_strbuf_addf(out, "%s entoure %u commune%s qui n’en %s pas (", name_of(c, flag->a),
                       flag->count, s_of(flag->count), flag->count > 1 ? "sont" : "est");
    add_inhabitants(out, flag->population);
    maille_strbuf_add(out, ") : ");
    add_communes(c, flag, out);
}

static double people_of(const maille_flag_context *c, uint32_t claim, const uint32_t *group_of,
                        uint32_t group) {
    const maille_claim *k = &c->plan->claims[claim];
    double people = 0;
    for (uint32_t i = 0; i < k->count; i++)
        if (!group_of || group_of[k->member[i]] == group)
            people += c->ground->population[k->member[i]] * k->share[i];
    return people;
}

static void say_size(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    const maille_size_rules *sizes = c->rules->sizes;
    bool small = flag->kind == MAILLE_FLAG_SMALL;
    maille_strbuf_addf(out, "%s compte ", name_of(c, flag->a));
    add_inhabitants(out, people_of(c, flag->a, NULL, 0));
    maille_strbuf_addf(out, ", %s que ce que retient le jeu de règles %s (",
                       small ? "moins" : "plus", sizes->head.id);
    add_inhabitants(out, small ? sizes->least : sizes->most);
    maille_strbuf_add(out, ")");
}

/* "Finistère 80,0 %, Morbihan 20,0 %", in order of code. */
static void say_areas(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    bool departments = flag->kind == MAILLE_FLAG_DEPARTMENTS;
    const maille_partition *p = departments ? &c->ground->department : &c->ground->region;
    const maille_claim *k = &c->plan->claims[flag->a];
    double all = people_of(c, flag->a, NULL, 0);
    const char *comma = "";
    maille_strbuf_addf(out, "%s est sur %.0f %s : ", k->name, flag->value,
                       departments ? "départements" : "régions");
    for (uint32_t g = 0; g < p->count; g++) {
        bool met = false;
        for (uint32_t i = 0; i < k->count && !met; i++)
            met = p->of_commune[k->member[i]] == g;
        if (!met)
            continue;
        maille_strbuf_addf(out, "%s%s ", comma, p->title && p->title[g] ? p->title[g] : p->id[g]);
        add_percent(out, all > 0 ? people_of(c, flag->a, p->of_commune, g) / all : 0);
        comma = ", ";
    }
    maille_strbuf_add(out, " de sa population");
}

static void say_split(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    const maille_partition *p = &c->ground->groupings[flag->grouping];
    const char *title = p->title ? p->title[flag->group] : NULL;
    maille_strbuf_addf(out, "%s coupe %s %s : ", name_of(c, flag->a), p->name,
                       title ? title : p->id[flag->group]);
    add_inhabitants(out, flag->value);
    maille_strbuf_add(out, " dedans, ");
    add_inhabitants(out, flag->population);
    maille_strbuf_addf(out, " dehors (%u commune%s) : ", flag->count, s_of(flag->count));
    add_communes(c, flag, out);
}

typedef void sayer(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out);

void maille_flag_message(const maille_flag_context *c, const maille_flag *flag,
                         maille_strbuf *out) {
    static sayer *const say[MAILLE_FLAG_KINDS] = {
        [MAILLE_FLAG_EMPTY] = say_empty,
        [MAILLE_FLAG_LOST] = say_lost,
        [MAILLE_FLAG_OVERLAP] = say_overlap,
        [MAILLE_FLAG_SHARED] = say_overlap,
        [MAILLE_FLAG_OVERSHARED] = say_overshared,
        [MAILLE_FLAG_GAP] = say_gap,
        [MAILLE_FLAG_PARTS] = say_parts,
        [MAILLE_FLAG_LINKED] = say_linked,
        [MAILLE_FLAG_HOLE] = say_hole,
        [MAILLE_FLAG_SMALL] = say_size,
        [MAILLE_FLAG_LARGE] = say_size,
        [MAILLE_FLAG_DEPARTMENTS] = say_areas,
        [MAILLE_FLAG_REGIONS] = say_areas,
        [MAILLE_FLAG_SPLIT] = say_split,
    };
    say[flag->kind](c, flag, out);
}

/* ---- remedies ---- */

static void say_takers(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    enum { SHOWN = 4 };
    if (flag->taker_count == 0) {
        maille_strbuf_add(out, "Aucun périmètre ne la borde.");
        return;
    }
    maille_strbuf_add(out, "Pourrait rejoindre ");
    for (uint32_t i = 0; i < flag->taker_count && i < SHOWN; i++) {
        const maille_taker *t = &c->flags->takers[flag->first_taker + i];
        maille_strbuf_addf(out, "%s%s (", i ? ", ou " : "", name_of(c, t->claim));
        add_inhabitants(out, t->population_after);
        maille_strbuf_addf(out, " ensuite%s%s)", t->size_after ? ", " : "",
                           t->size_after ? t->size_after : "");
    }
    if (flag->taker_count > SHOWN)
        maille_strbuf_addf(out, " ; %u autre%s la borde%s", flag->taker_count - SHOWN,
                           s_of(flag->taker_count - SHOWN),
                           flag->taker_count - SHOWN > 1 ? "nt" : "");
    maille_strbuf_add(out, ".");
}

void maille_flag_remedy(const maille_flag_context *c, const maille_flag *flag, maille_strbuf *out) {
    static const char *const texts[MAILLE_FLAG_KINDS] = {
        [MAILLE_FLAG_EMPTY] = "Lui donner des communes, ou l’abandonner.",
        [MAILLE_FLAG_LOST] =
            "Importer la table de passage entre les deux millésimes, ou remplacer "
            "ces codes.",
        [MAILLE_FLAG_OVERLAP] =
            "Voir qui les revendique et depuis quand ; les laisser à l’une, ou "
            "les dire partagées à dessein, avec la raison.",
        [MAILLE_FLAG_OVERSHARED] = "Ramener à 1 la somme des parts.",
        [MAILLE_FLAG_PARTS] = "Ajouter les communes qui font le lien, ou expliquer la coupure.",
        [MAILLE_FLAG_HOLE] = "Les ajouter, ou dire pourquoi elles restent dehors.",
        [MAILLE_FLAG_SMALL] = "S’étendre ou s’allier ; aucune norme ne l’impose.",
        [MAILLE_FLAG_LARGE] = "Envisager deux périmètres ; aucune norme ne l’impose.",
        [MAILLE_FLAG_SHARED] = "Revoir de temps à autre si la raison du partage vaut encore.",
        [MAILLE_FLAG_LINKED] = "Vérifier que la route est praticable en toute saison.",
        [MAILLE_FLAG_DEPARTMENTS] =
            "En parler entre délégations départementales de l’agence régionale de santé.",
        [MAILLE_FLAG_REGIONS] = "En parler avec l’autre agence régionale de santé.",
        [MAILLE_FLAG_SPLIT] =
            "Ajouter celles du dehors, céder celles du dedans, ou garder la "
            "coupe et dire pourquoi.",
    };
    if (flag->kind == MAILLE_FLAG_GAP)
        say_takers(c, flag, out);
    else if (texts[flag->kind])
        maille_strbuf_add(out, texts[flag->kind]);
}
