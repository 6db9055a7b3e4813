/* The two readers behind vectorfile.h (inside geo). */
#ifndef GEO_FILES_H
#define GEO_FILES_H

#include <maille/vectorfile.h>

maille_status maille_csv_inspect(maille_ctx *ctx, const char *path, maille_file_info *out);
maille_status maille_csv_read(maille_ctx *ctx, const char *path, const maille_read_options *options,
                              maille_table **out);

/* `real` is the path resolved, safe to show to GDAL; `path` is for messages. */
maille_status maille_ogr_inspect(maille_ctx *ctx, const char *path, const char *real,
                                 const char *layer, maille_file_info *out);
maille_status maille_ogr_read(maille_ctx *ctx, const char *path, const char *real,
                              const maille_read_options *options, maille_table **out);

#endif
