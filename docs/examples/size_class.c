/* The size class of a territory by its population, as a rule set of layers/rules/ defines it:
 * size_class aci-2019 65000 */
#include <maille/ctx.h>
#include <maille/rules.h>
#include <stdio.h>
#include <stdlib.h>

static bool holds(const maille_size_class *c, double population) {
    return (population > c->from || (c->from_included && population == c->from)) &&
           (population < c->to || (c->to_included && population == c->to));
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: size_class RULE_SET POPULATION\n");
        return 2;
    }
    maille_ctx *ctx = NULL;
    if (maille_ctx_new(&ctx) != MAILLE_OK) {
        fprintf(stderr, "memory ran out\n");
        return 1;
    }
    maille_size_rules *rules = NULL;
    maille_status status = maille_size_rules_read(ctx, argv[1], &rules);
    if (status == MAILLE_OK) {
        double population = strtod(argv[2], NULL);
        for (size_t i = 0; i < rules->count; i++)
            if (holds(&rules->classes[i], population))
                printf("%s\n", rules->classes[i].id);
    } else {
        fprintf(stderr, "%s\n", maille_message(ctx));
    }
    maille_size_rules_free(rules);
    maille_ctx_free(ctx);
    return maille_exit_code(status);
}
