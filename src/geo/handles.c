/* The context's handles of GEOS, PROJ and GDAL: made at their first use, silent on stderr. */
#include "geo/handles.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <maille/memory.h>
#include <ogr_srs_api.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { WORD_SIZE = 512 };

typedef struct {
    GEOSContextHandle_t handle;
    char word[WORD_SIZE];
} geos_slot;

typedef struct {
    PJ_CONTEXT *handle;
    maille_ctx *ctx;
    void *kept;
    void (*leave)(void *kept);
    char word[WORD_SIZE];
} proj_slot;

static void keep_word(char word[WORD_SIZE], const char *message) {
    snprintf(word, WORD_SIZE, "%s", message);
}

static void on_geos_error(const char *message, void *user) {
    keep_word(((geos_slot *)user)->word, message);
}

static void on_geos_notice(const char *message, void *user) {
    (void)message;
    (void)user;
}

static void release_geos(void *handle) {
    geos_slot *slot = handle;
    GEOS_finish_r(slot->handle);
    maille_free(slot);
}

GEOSContextHandle_t maille_geos(maille_ctx *ctx) {
    geos_slot *slot = maille_ctx_slot(ctx, MAILLE_SLOT_GEOS);
    if (slot)
        return slot->handle;
    slot = maille_alloc(1, sizeof *slot);
    if (!slot)
        return NULL;
    slot->handle = GEOS_init_r();
    if (!slot->handle) {
        maille_free(slot);
        return NULL;
    }
    GEOSContext_setErrorMessageHandler_r(slot->handle, on_geos_error, slot);
    GEOSContext_setNoticeMessageHandler_r(slot->handle, on_geos_notice, slot);
    maille_ctx_set_slot(ctx, MAILLE_SLOT_GEOS, slot, release_geos);
    return slot->handle;
}

maille_status maille_geos_fail(maille_ctx *ctx, const char *what) {
    const geos_slot *slot = maille_ctx_slot(ctx, MAILLE_SLOT_GEOS);
    return maille_fail(ctx, MAILLE_FAILED, "%s failed: %s", what,
                       slot && slot->word[0] ? slot->word : "GEOS gave no reason");
}

static void on_proj_message(void *user, int level, const char *message) {
    proj_slot *slot = user;
    if (level == PJ_LOG_ERROR)
        keep_word(slot->word, message);
    maille_log(slot->ctx, MAILLE_LOG_DEBUG, "PROJ: %s", message);
}

static void release_proj(void *handle) {
    proj_slot *slot = handle;
    if (slot->kept)
        slot->leave(slot->kept);
    proj_context_destroy(slot->handle);
    maille_free(slot);
}

maille_status maille_proj(maille_ctx *ctx, PJ_CONTEXT **out) {
    proj_slot *slot = maille_ctx_slot(ctx, MAILLE_SLOT_PROJ);
    *out = slot ? slot->handle : NULL;
    if (slot)
        return MAILLE_OK;
    slot = maille_alloc(1, sizeof *slot);
    if (!slot)
        return maille_no_memory(ctx);
    slot->ctx = ctx;
    slot->handle = proj_context_create();
    if (!slot->handle) {
        maille_free(slot);
        return maille_no_memory(ctx);
    }
    proj_log_func(slot->handle, slot, on_proj_message);
    proj_context_set_enable_network(slot->handle, 0);
    if (!proj_context_get_database_path(slot->handle)) {
        release_proj(slot);
        return maille_fail(ctx, MAILLE_FAILED,
                           "proj.db was not found: PROJ's data are not installed, or PROJ_DATA or "
                           "PROJ_LIB points elsewhere");
    }
    maille_ctx_set_slot(ctx, MAILLE_SLOT_PROJ, slot, release_proj);
    *out = slot->handle;
    return MAILLE_OK;
}

void *maille_proj_kept(const maille_ctx *ctx) {
    const proj_slot *slot = maille_ctx_slot(ctx, MAILLE_SLOT_PROJ);
    return slot ? slot->kept : NULL;
}

void maille_proj_keep(maille_ctx *ctx, void *thing, void (*leave)(void *thing)) {
    proj_slot *slot = maille_ctx_slot(ctx, MAILLE_SLOT_PROJ);
    if (slot->kept)
        slot->leave(slot->kept);
    slot->kept = thing;
    slot->leave = leave;
}

const char *maille_proj_message(maille_ctx *ctx) {
    const proj_slot *slot = maille_ctx_slot(ctx, MAILLE_SLOT_PROJ);
    return slot ? slot->word : "";
}

static void register_drivers(void) {
    CPLSetConfigOption("GDAL_PAM_ENABLED", "NO"); /* no .aux.xml beside what is read */
    OSRSetPROJEnableNetwork(0);
    GDALAllRegister();
}

static void on_gdal_message(CPLErr class, CPLErrorNum number, const char *message) {
    (void)number;
    maille_ctx *ctx = CPLGetErrorHandlerUserData();
    maille_log(ctx, class == CE_Warning ? MAILLE_LOG_WARNING : MAILLE_LOG_DEBUG, "GDAL: %s",
               message);
}

void maille_gdal_enter(maille_ctx *ctx) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_drivers);
    CPLPushErrorHandlerEx(on_gdal_message, ctx);
    CPLErrorReset();
}

void maille_gdal_leave(void) {
    CPLPopErrorHandler();
}
