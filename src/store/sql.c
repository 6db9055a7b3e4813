/* Statements: preparing, running, and SQLite's errors as status and message. */
#include "store/sql.h"

#include <stdarg.h>
#include <stdio.h>

maille_status maille_sql_status(sqlite3 *db) {
    switch (sqlite3_errcode(db) & 0xFF) {
    case SQLITE_NOMEM:
        return MAILLE_NO_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return MAILLE_BUSY;
    case SQLITE_CONSTRAINT:
    case SQLITE_NOTADB:
    case SQLITE_TOOBIG:
        return MAILLE_REFUSED;
    default:
        return MAILLE_FAILED;
    }
}

maille_status maille_sql_fail(maille_ctx *ctx, sqlite3 *db, const char *format, ...) {
    maille_status status = maille_sql_status(db);
    if (status == MAILLE_NO_MEMORY)
        return maille_no_memory(ctx);
    char doing[512];
    va_list args;
    va_start(args, format);
    vsnprintf(doing, sizeof doing, format, args);
    va_end(args);
    return maille_fail(ctx, status, "%s: %s", doing,
                       status == MAILLE_BUSY ? "another program held the database"
                                             : sqlite3_errmsg(db));
}

maille_status maille_sql_prepare(maille_ctx *ctx, sqlite3 *db, const char *sql, const char *what,
                                 sqlite3_stmt **out) {
    if (sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK)
        return MAILLE_OK;
    return maille_sql_fail(ctx, db, "%s could not be queried", what);
}

maille_status maille_sql_exec(maille_ctx *ctx, sqlite3 *db, const char *sql, const char *what) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return MAILLE_OK;
    return maille_sql_fail(ctx, db, "%s could not be used", what);
}

maille_status maille_sql_number(maille_ctx *ctx, sqlite3 *db, const char *sql, const char *what,
                                sqlite3_int64 *out) {
    sqlite3_stmt *statement = NULL;
    *out = 0;
    maille_status status = maille_sql_prepare(ctx, db, sql, what, &statement);
    if (status != MAILLE_OK)
        return status;
    int step = sqlite3_step(statement);
    if (step == SQLITE_ROW)
        *out = sqlite3_column_int64(statement, 0);
    else if (step != SQLITE_DONE)
        status = maille_sql_fail(ctx, db, "%s could not be read", what);
    sqlite3_finalize(statement);
    return status;
}
