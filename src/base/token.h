// SPDX-License-Identifier: MIT
/* Keys and tokens that stand in a text where they do not belong.  Percent-escapes are
   seen through, escaped ones too; a malformed one stands for itself.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

/* Is something with the form of a whole relay key anywhere in it: cr_ and 43
   characters of base64url? */
bool token_holds_relay_key(struct str text);

/* That, or the beginning of a key or token of Anthropic's (sk-ant-)? */
bool token_is_in(struct str text);

/* Append what the text is, with its escapes seen through. */
void token_unescape(struct buf *out, struct str text);

/* Is `secret`, whatever its form, anywhere in it?  An empty one never is. */
bool token_holds(struct str text, struct str secret);
