/* Version of the program (room: base). */
#ifndef MAILLE_VERSION_H
#define MAILLE_VERSION_H
#define MAILLE_VERSION "0.1.0"
#endif
