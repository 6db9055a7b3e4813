/* Files that come and go: what their handlers share. */
#ifndef SERVICE_EXCHANGE_H
#define SERVICE_EXCHANGE_H

#include "service/change.h"
#include "service/perimeters.h"

/* A file in a folder of its own, which only this process reads. */
typedef struct {
    char folder[512], file[540];
} private_file;
maille_status private_open(view *v, const char *name, private_file *out);
void private_close(private_file *f); /* both go */
maille_status private_write(view *v, const private_file *f, const char *bytes, size_t length);
maille_status private_read(view *v, const private_file *f, maille_strbuf *out);
/* 422 in words of the file's reader, which names it: who asks knows no such file. */
maille_status refuse_file(view *v, const request *r, const private_file *f, reply *out);

/* exchange_lists.c, exchange_handover.c */
maille_status post_list(view *v, const request *r, reply *out);
maille_status get_handover(view *v, const request *r, reply *out);
maille_status post_handover(view *v, const request *r, reply *out);

#endif
