/* Statements: preparing, running, and SQLite's errors as status and message. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <maille/ctx.h>
#include <sqlite3.h>

/* What SQLite's last error on `db` means: a broken rule of the schema is MAILLE_REFUSED, someone
 * else's lock MAILLE_BUSY, and so on. */
maille_status maille_sql_status(sqlite3 *db);
/* Fails with "<what was being done>: <SQLite's reason>". */
maille_status maille_sql_fail(maille_ctx *ctx, sqlite3 *db, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* `what` names the workspace or table for the message; SQL text is never in it. */
maille_status maille_sql_prepare(maille_ctx *ctx, sqlite3 *db, const char *sql, const char *what,
                                 sqlite3_stmt **out);
maille_status maille_sql_exec(maille_ctx *ctx, sqlite3 *db, const char *sql, const char *what);
/* First column of the first row as a number; 0 when there is none. */
maille_status maille_sql_number(maille_ctx *ctx, sqlite3 *db, const char *sql, const char *what,
                                sqlite3_int64 *out);

#endif
