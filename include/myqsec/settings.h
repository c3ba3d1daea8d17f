/* Settings: every tunable has a dotted name, a type, a range, a default and a meaning, in one registry. */
#ifndef MYQSEC_SETTINGS_H
#define MYQSEC_SETTINGS_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** The settings that one may see: columns name, type, value, default, range, meaning, changed (instant, none if never),
 *  area ("login", "devices", "jobs", "storage", "audit"). Right: settings.read.AREA or settings.change.AREA, of any.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_setting_list(myqsec_session *session, myqsec_list **out);
/** One setting, as a list of one row. Adds MYQSEC_ERR_NOT_FOUND. Right: settings.read.AREA or settings.change.AREA, of
 *  its area. Since 0.1. */
MYQSEC_API myqsec_status myqsec_setting_get(myqsec_session *session, const char *name, myqsec_list **out);
/** Changes a setting. Values are text: "5", "true", "24h", "15min", "60s", or a name of the choices. NULL sets the
 *  default. Adds MYQSEC_ERR_NOT_FOUND; MYQSEC_ERR_INVALID_ARGUMENT says the range.
 *  Right: settings.change.AREA, of its area. Audit: settings.changed, old and new value. Since 0.1. */
MYQSEC_API myqsec_status myqsec_setting_set(myqsec_session *session, const char *name, const char *value);

MYQSEC_END_DECLARATIONS

#endif
