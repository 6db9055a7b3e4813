/* maille territory: a table of subcommands on perimeters, their history and their scenarios. */
#include "cli/territory.h"

#include <maille/memory.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Options of all that reads and of all that changes. */
#define READS " scenario audience kind at "
#define CHANGES " scenario kind why if-version "

static const subcommand subcommands[] = {
    {"list", "[--kind K] [--status S] [--department D] [--at DATE]",
     "perimeters with status, population, size class and findings", READS " status department ",
     false, run_list},
    {"show", "ID | --codes A,B,… | --list FILE [--at DATE | --version N]",
     "all figures of a perimeter or of any list of communes, beside département, region and study",
     READS " version codes list yes department ", false, run_show},
    {"codes", "ID [--format csv|insee] [--at DATE | --version N]",
     "commune codes of a perimeter: csv with name, population, share; insee: one code a line",
     READS " version format ", false, run_codes},
    {"findings", "[ID] [--csv FILE]", "what a person should look at", READS " csv ", false,
     run_findings},
    {"contested", "", "communes that several perimeters claim, with evidence", READS, false,
     run_contested},
    {"coverage", "[--at DATE] [--target RULES]",
     "population and communes covered, by status, region and département", READS " target ", false,
     run_coverage},
    {"create", "ID --name N [--kind K] [--status S] [--since D] [--by B] [CODE…|--list FILE]",
     "make a perimeter, of codes, a list, or one group of a grouping (--from-grouping NAME=GROUP)",
     CHANGES " name status since by codes list yes department from-grouping prefix ", true,
     run_create},
    {"create", "--from-grouping NAME [--prefix P] [--status S]",
     "make one perimeter of each group of a grouping", "", true, run_create},
    {"add", "ID CODE… [--list FILE] [--share PART] [--zone ZONE]", "add communes",
     CHANGES " codes list yes department share zone ", true, run_strokes},
    {"remove", "ID CODE… [--list FILE]", "take communes out", CHANGES " codes list yes department ",
     true, run_strokes},
    {"share", "ID CODE PART", "share of a commune's population, over 0 and up to 1", CHANGES, true,
     run_strokes},
    {"on-purpose", "ID CODE… --reason TEXT | --not", "shared with another perimeter on purpose",
     CHANGES " codes reason not ", true, run_strokes},
    {"zone", "ID ZONE CODE… | ID CODE… --not", "put communes into a sub-zone, or out of it",
     CHANGES " codes not ", true, run_strokes},
    {"rename", "ID NAME", "another name", CHANGES, true, run_strokes},
    {"contact", "ID TEXT | ID --not", "whom to turn to", CHANGES " not ", true, run_strokes},
    {"status", "ID STATUS --since DATE [--by B]", "the next status of its life",
     CHANGES " since by ", true, run_strokes},
    {"delete", "ID", "take a perimeter away; its history stays", CHANGES, true, run_strokes},
    {"move", "FROM TO CODE…", "communes from one perimeter to another", CHANGES " codes ", true,
     run_strokes},
    {"merge", "INTO OTHER", "all communes of OTHER go to INTO, OTHER goes", CHANGES, true,
     run_strokes},
    {"give-gap", "GAP ID", "all communes of a gap (zb-CODE) go to a perimeter", CHANGES, true,
     run_strokes},
    {"what-if", "VERB … [-- VERB …]",
     "the same verbs, nothing saved: population, size, findings before → after",
     " scenario kind codes list yes department share zone reason not since by name status ", false,
     run_what_if},
    {"propose", "enclosed|nearest [--limit-min N] [--apply]",
     "who could take what nobody holds; only --apply saves", CHANGES " limit-min apply ", true,
     run_propose},
    {"undo", "[ID]", "take back the last change, of a perimeter or of the scenario", CHANGES, true,
     run_undo},
    {"redo", "[ID]", "take up again what was taken back last", CHANGES, true, run_redo},
    {"restore", "[ID] --at DATE | ID --version N", "bring back what was, as a new change",
     CHANGES " at version ", true, run_restore},
    {"history", "[ID]", "who changed what, when and why, newest first", " scenario ", false,
     run_history},
    {"diff", "ID [--from DATE|vN] [--to DATE|vN] | [ID] --scenario A B",
     "communes in and out, shares, population and size class before → after",
     " scenario kind at from to ", false, run_diff},
    {"scenario", "list | create S [--title T] [--base S] | delete S", "scenarios",
     CHANGES " title base prefer at ", true, run_scenario},
    {"scenario", "compare A B… | merge FROM [--scenario INTO] [--prefer ours|theirs]",
     "figures of plans side by side; what a scenario changed, brought into another", "", true,
     run_scenario},
    {"copy", "ID NEWID [--name N] | ID… --to FILE",
     "a second perimeter of the same communes; or a file with the whole history",
     CHANGES " to name ", true, run_copy},
    {"receive", "FILE [--prefer ours|theirs]", "bring in perimeters with their history",
     CHANGES " prefer ", true, run_receive},
    {"note", "CODE --text T [--date D] | CODE --remove", "a note on the gap that a commune is in",
     " text date remove ", true, run_note},
    {"comment", "ID|CODE --text T [--reply COMMENT] | COMMENT --settle [--not] | COMMENT --remove",
     "a comment on a perimeter or a commune; settled, open again, withdrawn",
     " scenario text reply settle not remove ", true, run_comment},
    {"comments", "[ID|CODE]", "comments, oldest first", " scenario ", false, run_comments},
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof *subcommands };

/* ---- options
 * ------------------------------------------------------------------------------------ */

enum { VALUE, FLAG };
typedef struct {
    const char *name, *help;
    char letter;
    /* common: of the whole call, not of one stroke of what-if; always: of every subcommand */
    unsigned char flag, common, always;
    size_t at;
} known_option;
#define AT(field) offsetof(territory_options, field)
static const known_option known[] = {
    {"workspace", "FILE  the workspace", 'w', VALUE, 1, 1, AT(workspace)},
    {"json", "  JSON on stdout", 0, FLAG, 1, 1, AT(json)},
    {"quiet", "  errors only", 'q', FLAG, 1, 1, AT(quiet)},
    {"scenario", "S  a scenario; without it the reference", 0, VALUE, 1, 0, AT(scenario)},
    {"audience", "A  interne (default) or public", 0, VALUE, 1, 0, AT(audience)},
    {"kind", "K  kind of perimeter (default cpts; list: all)", 0, VALUE, 1, 0, AT(kind)},
    {"at", "DATE  as things stood at the end of that day", 0, VALUE, 1, 0, AT(at)},
    {"version", "N  as a perimeter stood in that version", 0, VALUE, 1, 0, AT(version)},
    {"why", "TEXT  the reason, kept in the history", 0, VALUE, 1, 0, AT(why)},
    {"if-version", "N  refuse unless this is the version that stands", 0, VALUE, 1, 0,
     AT(if_version)},
    {"codes", "A,B  communes, by code", 0, VALUE, 0, 0, AT(codes)},
    {"list", "FILE  communes, by code or name; shown first where a row is not clear", 0, VALUE, 0,
     0, AT(list)},
    {"yes", "  take the rows of a list that are clear, leave the others", 0, FLAG, 0, 0, AT(yes)},
    {"department", "D  of one département; names of a list are looked for there", 0, VALUE, 0, 0,
     AT(department)},
    {"name", "N  a name", 0, VALUE, 0, 0, AT(name)},
    {"status", "S  a status of the publication rules (default idee)", 0, VALUE, 0, 0, AT(status)},
    {"since", "DATE  day from which a status counts", 0, VALUE, 0, 0, AT(since)},
    {"by", "B  who accompanied it: URPS, ARS …", 0, VALUE, 0, 0, AT(by)},
    {"from-grouping", "NAME[=GROUP]  EPCI, TVS … as imported", 0, VALUE, 0, 0, AT(grouping)},
    {"prefix", "P  of the ids of a grouping's perimeters (default: the kind)", 0, VALUE, 0, 0,
     AT(prefix)},
    {"share", "PART  share of the population, over 0 and up to 1", 0, VALUE, 0, 0, AT(share)},
    {"zone", "ZONE  a sub-zone", 0, VALUE, 0, 0, AT(zone)},
    {"reason", "TEXT  why it is shared", 0, VALUE, 0, 0, AT(reason)},
    {"not", "  take it back", 0, FLAG, 0, 0, AT(back)},
    {"from", "DATE|vN  before (default: the version before)", 0, VALUE, 1, 0, AT(from)},
    {"to", "DATE|vN|FILE  after (default: now); where to write", 0, VALUE, 1, 0, AT(to)},
    {"limit-min", "N  nearest: minutes at most (default 30)", 0, VALUE, 1, 0, AT(limit_min)},
    {"apply", "  save what is proposed", 0, FLAG, 1, 0, AT(apply)},
    {"prefer", "ours|theirs  whose word counts where both changed", 0, VALUE, 1, 0, AT(prefer)},
    {"title", "T  of a scenario", 0, VALUE, 1, 0, AT(title)},
    {"base", "S  scenario that it begins with (default: the reference)", 0, VALUE, 1, 0, AT(base)},
    {"target", "RULES  target to hold it against (default juillet-2021)", 0, VALUE, 1, 0,
     AT(target)},
    {"format", "F  csv (default) or insee", 0, VALUE, 1, 0, AT(format)},
    {"csv", "FILE  write a CSV file, - for stdout", 0, VALUE, 1, 0, AT(csv)},
    {"text", "T  the note or comment", 0, VALUE, 1, 0, AT(text)},
    {"date", "D  day of the note", 0, VALUE, 1, 0, AT(date)},
    {"remove", "  take the note or comment away", 0, FLAG, 1, 0, AT(remove)},
    {"reply", "COMMENT  that it answers", 0, VALUE, 1, 0, AT(reply)},
    {"settle", "  the comment is settled", 0, FLAG, 1, 0, AT(settle)},
};
enum { KNOWN = sizeof known / sizeof *known };

/* Does a subcommand take the option? */
static bool takes(const subcommand *sub, size_t i) {
    if (known[i].always)
        return true;
    size_t length = strlen(known[i].name);
    for (const char *at = sub->options; (at = strstr(at, known[i].name)) != NULL; at++)
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

static maille_status parse_words(territory *t, territory_options *own, int argc, char **argv,
                                 const char **rest, size_t *count) {
    option options[KNOWN];
    size_t n = 0;
    for (size_t i = 0; i < KNOWN; i++) {
        char *in = (char *)(known[i].common ? &t->o : own) + known[i].at;
        if (takes(t->sub, i))
            options[n++] = (option){known[i].name, known[i].letter,
                                    known[i].flag ? NULL : (const char **)(void *)in,
                                    known[i].flag ? (bool *)(void *)in : NULL};
    }
    return parse_options(t->ctx, &cmd_territory, argc, argv, options, n, rest, count);
}

/* Words of one stroke: [first, end) of argv. */
static maille_status parse_stroke(territory *t, const char *verb, int count, char **argv) {
    stroke *s = &t->strokes[t->stroke_count];
    s->words = maille_alloc((size_t)count + 1, sizeof *s->words);
    if (!s->words)
        return maille_no_memory(t->ctx);
    t->stroke_count++;
    maille_status status = parse_words(t, &s->o, count, argv, s->words, &s->count);
    if (status != MAILLE_OK)
        return status;
    s->verb = verb;
    if (!verb && s->count) {
        s->verb = s->words[0];
        s->count--;
        memmove((void *)s->words, (const void *)(s->words + 1), s->count * sizeof *s->words);
    }
    return MAILLE_OK;
}

/* what-if takes strokes with "--" between them; others are one stroke. */
static maille_status parse_strokes(territory *t, int argc, char **argv) {
    bool many = t->sub->run == run_what_if;
    maille_status status = MAILLE_OK;
    t->strokes = maille_alloc((size_t)argc + 1, sizeof *t->strokes);
    if (!t->strokes)
        return maille_no_memory(t->ctx);
    for (int first = 0, end = 0; status == MAILLE_OK && first <= argc; first = end + 1) {
        for (end = first; end < argc && (!many || strcmp(argv[end], "--") != 0); end++)
            ;
        status = parse_stroke(t, many ? NULL : t->sub->name, end - first, argv + first);
    }
    return status;
}

/* The past and plans are for the inside; coverage tells the days of what is published today. */
static maille_status check_audience(territory *t) {
    bool coverage = t->sub->run == run_coverage;
    const char *inside = *t->scenario           ? "--scenario"
                         : t->o.version         ? "--version"
                         : t->o.at && !coverage ? "--at"
                                                : NULL;
    if (t->audience == MAILLE_PUBLIC && inside)
        return maille_fail(t->ctx, MAILLE_USAGE,
                           "%s was given for the public, who sees published perimeters as they "
                           "stand today",
                           inside);
    return MAILLE_OK;
}

static maille_status settle_options(territory *t) {
    maille_status status = MAILLE_OK;
    t->words = t->strokes[0].words;
    t->word_count = t->strokes[0].count;
    territory_options common = t->o;
    t->o = t->strokes[0].o; /* common ones are never set there */
    for (size_t i = 0; i < KNOWN; i++) {
        char *to = (char *)&t->o + known[i].at;
        const char *from = (const char *)&common + known[i].at;
        if (known[i].common)
            memcpy(to, from, known[i].flag ? sizeof(bool) : sizeof(const char *));
    }
    if (!t->o.workspace)
        return maille_fail(t->ctx, MAILLE_USAGE, "-w WORKSPACE was missing");
    t->scenario = maille_scenario_named(t->o.scenario);
    t->kind = t->o.kind ? t->o.kind : "cpts";
    if (t->o.audience)
        TRY(maille_audience_parse(t->ctx, t->o.audience, &t->audience));
    TRY(check_audience(t));
    if (t->o.at && t->o.version) {
        status = maille_fail(t->ctx, MAILLE_USAGE, "--at and --version were both given");
        goto done;
    }
    if (t->o.at)
        TRY(check_day(t->ctx, "--at", t->o.at));
    t->when.at = t->o.at;
    if (t->o.version) {
        long version = 0;
        TRY(parse_count(t->ctx, "--version", t->o.version, 1, 1000000000, &version));
        t->when.version = version;
    }
done:
    return status;
}

static const subcommand *find_subcommand(const char *name) {
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        if (strcmp(subcommands[i].name, name) == 0)
            return &subcommands[i];
    return NULL;
}

static maille_status run(maille_ctx *ctx, int argc, char **argv) {
    territory t = {.ctx = ctx};
    maille_status status = MAILLE_OK;
    if (argc < 1 || argv[0][0] == '-')
        return maille_fail(ctx, MAILLE_USAGE,
                           "a subcommand was expected first; see maille territory -h");
    t.sub = find_subcommand(argv[0]);
    if (!t.sub)
        return maille_fail(ctx, MAILLE_USAGE,
                           "subcommand \"%s\" was not known; see maille territory -h", argv[0]);
    t.writes = t.sub->writes;
    t.arena = maille_arena_new();
    if (!t.arena) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(parse_strokes(&t, argc - 1, argv + 1));
    TRY(settle_options(&t));
    TRY(t.sub->run(&t));
done:
    maille_loaded_free(t.loaded);
    maille_store_close(t.store);
    maille_arena_free(t.arena);
    for (size_t i = 0; i < t.stroke_count; i++)
        maille_free((void *)t.strokes[i].words);
    maille_free(t.strokes);
    return status;
}

/* ---- help
 * ---------------------------------------------------------------------------------------- */

static void print_option(const known_option *o) {
    const char *help = strstr(o->help, "  "); /* value, two blanks, meaning */
    char head[48];
    snprintf(head, sizeof head, "--%s%s%.*s", o->name, help == o->help ? "" : " ",
             (int)(help - o->help), o->help);
    printf("  %c%c%c --%-24s %s\n", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
           o->letter ? ',' : ' ', head + 2, help + 2);
}

void print_territory_help(int argc, char **argv) {
    const subcommand *named = argc > 0 ? find_subcommand(argv[0]) : NULL;
    if (!named)
        printf("Usage: maille territory %s\n\n%s\n\nSubcommands:\n", cmd_territory.usage,
               cmd_territory.summary);
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        if (!named || strcmp(subcommands[i].name, named->name) == 0)
            printf("  %s %s\n      %s\n", subcommands[i].name, subcommands[i].usage,
                   subcommands[i].summary);
    printf("\nOptions:\n");
    for (size_t i = 0; i < KNOWN; i++)
        if (!named || takes(named, i))
            print_option(&known[i]);
    if (!named)
        printf(
            "\n`maille territory SUBCOMMAND -h` tells what one takes. A version that is not the "
            "expected one and a\nlist that is not clear end with 3, histories that diverged "
            "with 5; nothing is changed then.\n");
}

const command cmd_territory = {"territory", "SUBCOMMAND … -w WORKSPACE",
                               "perimeters: draw, check, compare, go back, hand over", "", run};
