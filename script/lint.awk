# The rules about lines and functions; script/lint runs it.

BEGIN {
    count = split("base crypto config net http upstream store account import " \
                  "team usage relay notify admin app main", names, " ")
    for (i = 1; i <= count; i++)
        rank[names[i]] = i

    # Third-party headers: where each may be included (a folder or a file).
    home["^uv\\.h$"] = "base/loop.c net/"
    home["^curl/"] = "upstream/"
    home["^llhttp\\.h$"] = "http/"
    home["^openssl/"] = "crypto/ net/"
    home["^jansson\\.h$"] = "base/json.c"
    home["^mimalloc\\.h$"] = "base/trim.c"
    home["^sqlite3\\.h$"] = "store/sqlite"
    home["^libpq"] = "store/"
    home["^zlib\\.h$"] = "base/inflate.c base/unpack.c"
    home["^zstd\\.h$"] = "base/unpack.c"
    home["^brotli/"] = "base/unpack_brotli.c"

    banned = "strcpy|strcat|sprintf|vsprintf|strtok|atoi|gets|alloca|system|localtime"
    raw = "malloc|calloc|realloc|free"

    FUNCTION_LINES = 80
    PARAMETERS = 5
    FILE_WARN = 300
    FILE_MAX = 500
}

function report(line, text) {
    if (excused(line))
        return
    print FILENAME ":" line ": " text
}

# A comment `lint: why` on the line or on the one above it.
function excused(line) {
    return line in reason || (line - 1) in reason
}

# The line without comments and without what is in strings.
function code_of(line,    out, c, two, i, quote) {
    out = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                i++
            }
        } else if (quote != "") {
            if (c == "\\")
                i++
            else if (c == quote) {
                quote = ""
                out = out c
            }
        } else if (two == "/*") {
            in_comment = 1
            i++
        } else if (two == "//") {
            return out "//"
        } else {
            if (c == "\"" || c == "'")
                quote = c
            out = out c
        }
    }
    return out
}

# Does the code call one of these (and not a member of that name)?
function called(code, names,    rest, before) {
    rest = code
    while (match(rest, "(" names ")[ \t]*\\(")) {
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : " "
        if (before !~ /[A-Za-z0-9_.>]/)
            return substr(rest, RSTART, RLENGTH - 1)
        rest = substr(rest, RSTART + RLENGTH)
    }
    return ""
}

function begin_file() {
    if (previous != "")
        end_file()
    previous = FILENAME
    in_comment = 0
    in_function = 0
    signature = ""
    signature_line = 0
    pragma = 0
    delete reason
    is_src = FILENAME ~ /^src\//
    layer = ""
    if (is_src) {
        layer = substr(FILENAME, 5)
        own = layer
        if (layer == "main.c")
            layer = "main"
        else
            sub(/\/.*/, "", layer)
        if (!(layer in rank))
            print FILENAME ":1: " layer " is no layer"
    }
    is_header = FILENAME ~ /\.h$/
}

function end_file() {
    if (is_header && !pragma)
        print previous ":1: a header without #pragma once"
    if (last_line > FILE_MAX)
        print previous ":" last_line ": " last_line " lines; " FILE_MAX " is the limit"
    else if (last_line > FILE_WARN)
        print previous ":" last_line ": warning: " last_line " lines; aim for " FILE_WARN
}

function check_head() {
    if (FNR == 1 && $0 != "// SPDX-License-Identifier: MIT")
        report(1, "the first line is not // SPDX-License-Identifier: MIT")
    if (FNR == 2 && $0 !~ /^\/\* ./)
        report(2, "no file comment below the SPDX line")
}

function check_include(    name, other) {
    if ($0 ~ /^[ \t]*#[ \t]*include[ \t]*"/) {
        name = $0
        sub(/^[^"]*"/, "", name)
        sub(/".*/, "", name)
        if (name !~ /\//) {
            if (is_src)
                report(FNR, "include \"" name "\" by its full path")
            return
        }
        other = name
        sub(/\/.*/, "", other)
        if (is_src && !(other in rank))
            report(FNR, "\"" name "\" is of no layer")
        else if (is_src && rank[other] > rank[layer])
            report(FNR, layer " includes " other ": upwards")
    } else if (is_src && $0 ~ /^[ \t]*#[ \t]*include[ \t]*</) {
        name = $0
        sub(/^[^<]*</, "", name)
        sub(/>.*/, "", name)
        check_home(name)
    }
}

function check_home(name,    pattern, places, n, i) {
    for (pattern in home) {
        if (name !~ pattern)
            continue
        n = split(home[pattern], places, " ")
        for (i = 1; i <= n; i++) {
            if (index(own, places[i]) == 1)
                return
        }
        report(FNR, "<" name "> belongs to " home[pattern])
    }
}

function check_banned(code,    name) {
    name = called(code, banned)
    if (name != "")
        report(FNR, name "() is banned")
    name = called(code, raw)
    if (name != "" && FILENAME !~ /^src\/base\//)
        report(FNR, name "() outside base/: use base/mem.h or an arena")
    if (FNR > 1 && code ~ /\/\/$/)
        report(FNR, "a // comment")
}

# Parameters of the last outermost pair of parentheses.
function parameters_of(text,    i, c, depth, commas, inside, last) {
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == "(") {
            if (depth++ == 0) {
                commas = 0
                inside = ""
            }
        } else if (c == ")") {
            if (--depth == 0)
                last = (inside ~ /^[ \t]*(void)?[ \t]*$/) ? 0 : commas + 1
        } else if (c == "," && depth == 1) {
            commas++
        }
        if (depth > 0 && !(c == "(" && depth == 1))
            inside = inside c
    }
    return last + 0
}

# Functions open with a brace in the first column and close with one.
function check_function(code,    n) {
    if (in_function) {
        if (code ~ /^[}]/) {
            in_function = 0
            n = FNR - function_line + 1
            if (n > FUNCTION_LINES)
                report(signature_line, "a function of " n " lines; " FUNCTION_LINES " is the limit")
            signature = ""
        }
        return
    }
    if (code ~ /^[{]/) {
        if (signature ~ /\)[ \t]*$/) {
            in_function = 1
            function_line = FNR
            n = parameters_of(signature)
            if (n > PARAMETERS)
                report(signature_line, n " parameters; " PARAMETERS " is the limit")
        }
        return
    }
    if (code ~ /^[ \t]*#/ || code ~ /;[ \t]*$/ || code ~ /^[}]/ || code ~ /^[ \t]*$/) {
        signature = ""
        return
    }
    if (signature == "")
        signature_line = FNR
    signature = signature " " code
}

FNR == 1 { begin_file() }

{
    last_line = FNR
    if ($0 ~ /lint: [^ ]/ && $0 ~ /\/\*/)
        reason[FNR] = 1
    if ($0 ~ /^#pragma once/)
        pragma = 1
    check_head()
    check_include()
    code = code_of($0)
    check_banned(code)
    check_function(code)
}

END {
    if (previous != "")
        end_file()
}
