/* A workspace on HTTP (room: service). */
#ifndef MAILLE_SERVICE_H
#define MAILLE_SERVICE_H

#include <maille/ctx.h>
#include <maille/serve.h>

typedef struct maille_server maille_server;

/* Opens the workspace for reading, binds and answers from threads of its own. MAILLE_FAILED when
 * the address cannot be had. `ctx` and `config` are borrowed until the end; `version` of the log.
 */
maille_status maille_server_start(maille_ctx *ctx, const char *workspace,
                                  const maille_serve_config *config, maille_server **out);
/* "127.0.0.1:8080", with the port that was found. */
const char *maille_server_address(const maille_server *server);
/* No new connection; what is being answered is finished, `grace_s` at most; then all is freed. */
void maille_server_stop(maille_server *server, double grace_s);

#endif
