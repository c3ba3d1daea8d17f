/* libmyqsec: secure release, encryption, access control and audit for print servers and MFPs.
 * This header brings all of the C ABI; myqsec/base.h has its conventions, myqsec/myqsec.hpp wraps it for C++20. */
#ifndef MYQSEC_MYQSEC_H
#define MYQSEC_MYQSEC_H

#include "myqsec/access.h"
#include "myqsec/audit.h"
#include "myqsec/audit_export.h"
#include "myqsec/backup.h"
#include "myqsec/base.h"
#include "myqsec/certificates.h"
#include "myqsec/container.h"
#include "myqsec/delegation.h"
#include "myqsec/device.h"
#include "myqsec/encryption.h"
#include "myqsec/engine.h"
#include "myqsec/health.h"
#include "myqsec/host.h"
#include "myqsec/keys.h"
#include "myqsec/list.h"
#include "myqsec/lockout.h"
#include "myqsec/notification.h"
#include "myqsec/people.h"
#include "myqsec/session.h"
#include "myqsec/settings.h"
#include "myqsec/spool.h"
#include "myqsec/status.h"

#endif
