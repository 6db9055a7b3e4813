/* Maille: all public headers of the library that an application needs. */
#ifndef MAILLE_H
#define MAILLE_H

#include <maille/access.h>
#include <maille/ctx.h>
#include <maille/edit.h>
#include <maille/judge.h>
#include <maille/layers.h>
#include <maille/live.h>
#include <maille/network.h>
#include <maille/perimeter.h>
#include <maille/provenance.h>
#include <maille/sources.h>
#include <maille/steps.h>
#include <maille/store.h>
#include <maille/study.h>
#include <maille/territory.h>
#include <maille/travel.h>
#include <maille/version.h>

#endif
