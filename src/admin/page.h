// SPDX-License-Identifier: MIT
/* The page over HTTP: /admin/, /me and what they load.  None of it holds anything of
   this relay, so everybody may have it; what it shows comes from the management API. */
#pragma once

#include "http/request.h"

/* Answers the request if the page has its path; false leaves it untouched. */
bool page_handle(struct request *req);
