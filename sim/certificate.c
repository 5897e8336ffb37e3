// SPDX-License-Identifier: MIT
/* A certificate for this machine. */
#include "sim/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#define YEAR_S (365L * 24 * 3600)

static bool add_extension(X509 *cert, int id, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, id, value);
    bool ok = extension && X509_add_ext(cert, extension, -1) == 1;

    X509_EXTENSION_free(extension);
    return ok;
}

static X509 *make(EVP_PKEY *key)
{
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);

    (void)X509_set_version(cert, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), YEAR_S);
    (void)X509_set_pubkey(cert, key);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     (const unsigned char *)"claude-sim", -1,
                                     -1, 0);
    (void)X509_set_issuer_name(cert, name);
    if (add_extension(cert, NID_basic_constraints, "critical,CA:TRUE") &&
        add_extension(cert, NID_subject_alt_name,
                      "DNS:localhost,IP:127.0.0.1,IP:::1") &&
        X509_sign(cert, key, EVP_sha256()) > 0)
        return cert;
    X509_free(cert);
    return NULL;
}

static bool save(const char *path, X509 *cert, EVP_PKEY *key, struct err *err)
{
    FILE *file = fopen(path, "we");
    bool ok;

    if (!file)
        return err_errno(err, "open %s", path);
    ok = cert ? PEM_write_X509(file, cert) == 1
              : PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;
    (void)fclose(file);
    return ok || err_set(err, ERR_IO, "write %s", path);
}

bool certificate_write(const char *cert_path, const char *key_path,
                       struct err *err)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? make(key) : NULL;
    bool ok = cert ? save(cert_path, cert, NULL, err) &&
                         save(key_path, NULL, key, err)
                   : err_set(err, ERR_INTERNAL, "make a certificate");

    X509_free(cert);
    EVP_PKEY_free(key);
    return ok;
}
