// SPDX-License-Identifier: MIT
/* What a request is estimated by.  Decided once, before it is asked for; all that is
   done with the estimate later goes by it.  Pure. */
#pragma once

#include <stdbool.h>

/* Of requests for the same model. */
enum ration_history {
    RATION_HISTORY_NONE,
    RATION_HISTORY_ALL,
    RATION_HISTORY_OWN,
};

/* Is there a most that it may cost? */
enum ration_bound {
    RATION_BOUND_NONE,
    RATION_BOUND_USUAL, /* if nothing comes of the tools that nothing bounds */
    RATION_BOUND_PROVEN,
};

enum ration_basis {
    RATION_FREE,      /* of tokens and money: there is no estimate */
    RATION_UNBOUNDED, /* nothing is known, and nothing bounds it */
    RATION_USUAL,     /* likewise; the most, if nothing comes of its tools */
    RATION_WORST,     /* the most it may cost */
    RATION_ALL,       /* what its like came to, over all keys */
    RATION_OWN,       /* what its like came to, for this key */
    /* Of keys that reserve the worst, whatever its like came to: */
    RATION_STRICT_UNBOUNDED, /* there is none: refused */
    RATION_STRICT_WORST,
    RATION_STRICT_ALL, /* the worst; its like shows how far an answer has come */
    RATION_STRICT_OWN, /* likewise, raised by how much its like exceeded it */
};

/* Of one that is not free. */
enum ration_basis ration_basis(bool strict, enum ration_history history,
                               enum ration_bound bound);

/* What is booked for the output of an answer that broke off. */
enum ration_cut {
    RATION_CUT_RESERVED, /* nothing less is sure */
    RATION_CUT_LIKE,     /* what its like had come to by then */
    RATION_CUT_BYTES,    /* what so many bytes usually are */
};

/* What follows from it, by enum ration_basis. */
struct ration_basis_row {
    bool has_like; /* so many bytes of an answer say how far it has come */
    /* The estimate is corrected when the answer tells its input; also if the server
       runs tools, whose results become input later. */
    bool corrects;
    bool corrects_tools;
    bool whole; /* all that is left of cost limits is held */
    enum ration_cut cut;
};
extern const struct ration_basis_row ration_basis_rows[];
