// Real keys: RSA pairs, certificates, PKCS#12 containers, peer names, signatures.

// The functions on RSA keys themselves are deprecated, not gone.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "double.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>

static uint8_t *encoded(int length, uint8_t *allocated, size_t *size) {
    if (length < 0) misuse_fatal("a key could not be encoded");
    uint8_t *made = memcpy(temp((size_t)length), allocated, (size_t)length);
    OPENSSL_free(allocated);
    *size = (size_t)length;
    return made;
}

// OpenSSL's own general decoders take ten times as long, and there are thousands of keys to read.
static EVP_PKEY *of_rsa(RSA *rsa) {
    EVP_PKEY *key = rsa ? EVP_PKEY_new() : NULL;
    if (key != NULL && EVP_PKEY_set1_RSA(key, rsa) != 1) misuse_fatal("a key could not be taken over");
    RSA_free(rsa);
    return key;
}

// The same key in the form that is quick to encode.
static EVP_PKEY *quick(EVP_PKEY *key) {
    EVP_PKEY *made = key ? of_rsa(EVP_PKEY_get1_RSA(key)) : NULL;
    EVP_PKEY_free(key);
    return made;
}

// Generating takes a tenth of a second: a folder of ready keys makes thousands of rounds affordable.
EVP_PKEY *key_generate(void) {
    static EVP_PKEY *ready[16];
    static unsigned count, taken;
    const char *pool = getenv("PEER_DOUBLE_KEYS");
    if (pool != NULL && count == 0) {
        for (char **name = list_folder(pool); *name != NULL && count < 16; name++) {
            FILE *file = fopen(temp_format("%s/%s", pool, *name), "r");
            EVP_PKEY *key = file ? quick(PEM_read_PrivateKey(file, NULL, NULL, NULL)) : NULL;
            if (file != NULL) fclose(file);
            if (key != NULL) ready[count++] = key;
        }
    }
    if (count == 0) return quick(EVP_RSA_gen(2048));
    EVP_PKEY *key = ready[taken++ % count];
    EVP_PKEY_up_ref(key);
    return key;
}

EVP_PKEY *key_parse(const char *text) {
    size_t length;
    const uint8_t *data = text ? unbase64(text, &length) : NULL;
    return data ? of_rsa(d2i_RSAPrivateKey(NULL, &data, (long)length)) : NULL;
}

char *key_text(EVP_PKEY *key) {
    uint8_t *data = NULL;
    size_t length;
    int size = i2d_PrivateKey(key, &data);
    uint8_t *copy = encoded(size, data, &length);
    return base64(copy, length);
}

void key_free(EVP_PKEY *key) { EVP_PKEY_free(key); }

uint8_t *key_public_info(EVP_PKEY *key, size_t *length) {
    uint8_t *data = NULL;
    int size = i2d_PUBKEY(key, &data);
    return encoded(size, data, length);
}

uint8_t *key_public_bits(EVP_PKEY *key, size_t *length) {
    uint8_t *data = NULL;
    int size = i2d_PublicKey(key, &data);
    return encoded(size, data, length);
}

EVP_PKEY *key_from_public_bits(const uint8_t *data, size_t length) {
    return of_rsa(d2i_RSAPublicKey(NULL, &data, (long)length));
}

// Which encoding of the key Windows hashes is written in [MS-PNRP] 1.3.1.1 only, as SubjectPublicKeyInfo; the stand-in of
// the machines takes RSAPublicKey. One process holds to one of them.
char *key_authority(EVP_PKEY *key) {
    size_t length;
    int info = setting_is("name-encoding", "SubjectPublicKeyInfo");
    uint8_t digest[SHA_DIGEST_LENGTH], *data = info ? key_public_info(key, &length) : key_public_bits(key, &length);
    SHA1(data, length, digest);
    return hex(digest, sizeof digest);
}

// Where an identity's certificate carries its peer name; the classifier cannot be computed from the key.
#define PEER_NAME_OID "1.3.6.1.4.1.311.44.999"

// A self-signed certificate of ten years: DER in base64.
char *certificate_make(EVP_PKEY *key, const char *common_name, const char *peer_name) {
    X509 *made = X509_new();
    uint8_t serial[16];
    RAND_bytes(serial, sizeof serial);
    serial[0] &= 0x7F;
    BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made));
    BN_free(number);
    X509_set_version(made, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(made), 0);
    X509_time_adj_ex(X509_getm_notAfter(made), 3652, 0, NULL);
    X509_NAME *name = X509_get_subject_name(made);
    // A common name holds 64 characters at most.
    char *shortened = temp_copy(common_name);
    if (strlen(shortened) > 64) shortened = "peer";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)shortened, -1, -1, 0);
    X509_set_issuer_name(made, name);
    X509_set_pubkey(made, key);
    if (peer_name != NULL) {
        ASN1_OBJECT *kind = OBJ_txt2obj(PEER_NAME_OID, 1);
        ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
        ASN1_OCTET_STRING_set(value, (const uint8_t *)peer_name, (int)strlen(peer_name));
        X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, kind, 0, value);
        X509_add_ext(made, extension, -1);
        X509_EXTENSION_free(extension);
        ASN1_OCTET_STRING_free(value);
        ASN1_OBJECT_free(kind);
    }
    X509_sign(made, key, EVP_sha256());
    uint8_t *data = NULL;
    size_t length;
    int size = i2d_X509(made, &data);
    X509_free(made);
    uint8_t *copy = encoded(size, data, &length);
    return base64(copy, length);
}

static X509 *certificate_parse(const char *text) {
    size_t length;
    const uint8_t *data = unbase64(text, &length);
    return data ? d2i_X509(NULL, &data, (long)length) : NULL;
}

// [MS-PPSEC] 2.2.6.2: the certificate inside a PKCS#7 message. The page of PeerIdentityGetXML says "certificate" alone.
char *certificate_message(const char *certificate) {
    if (!setting_is("identity-info", "pkcs7")) return temp_copy(certificate);
    X509 *parsed = certificate_parse(certificate);
    PKCS7 *message = PKCS7_new();
    PKCS7_set_type(message, NID_pkcs7_signed);
    PKCS7_content_new(message, NID_pkcs7_data);
    PKCS7_add_certificate(message, parsed);
    uint8_t *data = NULL;
    size_t length;
    int size = i2d_PKCS7(message, &data);
    PKCS7_free(message);
    X509_free(parsed);
    uint8_t *copy = encoded(size, data, &length);
    return base64(copy, length);
}

static char *certificate_name(X509 *certificate) {
    ASN1_OBJECT *kind = OBJ_txt2obj(PEER_NAME_OID, 1);
    int at = X509_get_ext_by_OBJ(certificate, kind, -1);
    ASN1_OBJECT_free(kind);
    if (at < 0) return NULL;
    ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
    size_t length = (size_t)ASN1_STRING_length(value);
    return memcpy(temp(length), ASN1_STRING_get0_data(value), length);
}

int certificate_names(const char *text) {
    X509 *certificate = certificate_parse(text);
    int named = certificate != NULL && certificate_name(certificate) != NULL;
    X509_free(certificate);
    return named;
}

EVP_PKEY *certificate_key(const char *text, char **name) {
    size_t length;
    const uint8_t *data = unbase64(text, &length);
    if (data == NULL) return NULL;
    const uint8_t *at = data;
    X509 *certificate = d2i_X509(NULL, &at, (long)length);
    if (certificate == NULL) {
        at = data;
        PKCS7 *message = d2i_PKCS7(NULL, &at, (long)length);
        STACK_OF(X509) *all = message && PKCS7_type_is_signed(message) ? message->d.sign->cert : NULL;
        if (sk_X509_num(all) > 0) X509_up_ref(certificate = sk_X509_value(all, 0));
        PKCS7_free(message);
    }
    EVP_PKEY *key = certificate ? X509_get_pubkey(certificate) : NULL;
    // Changed bytes: the certificate is signed by its own key.
    if (key != NULL && (X509_verify(certificate, key) != 1 || (*name = certificate_name(certificate)) == NULL)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    X509_free(certificate);
    return key;
}

char *container_make(EVP_PKEY *key, const char *certificate, const char *name, const char *password) {
    int rounds = (int)setting_number("iterations", 2048);
    X509 *parsed = certificate_parse(certificate);
    // Triple DES and SHA-1 are what Windows' own PFXExportCertStore wrote for decades.
    int cipher = NID_pbe_WithSHA1And3_Key_TripleDES_CBC;
    PKCS12 *made = PKCS12_create(password, name, key, parsed, NULL, cipher, cipher, rounds, -1, 0);
    if (made == NULL || !PKCS12_set_mac(made, password, -1, NULL, 0, rounds, EVP_sha1())) {
        misuse_fatal("a container could not be made");
    }
    uint8_t *data = NULL;
    size_t length;
    int size = i2d_PKCS12(made, &data);
    PKCS12_free(made);
    X509_free(parsed);
    uint8_t *copy = encoded(size, data, &length);
    return base64(copy, length);
}

// E_INVALIDARG for what is no container; ERROR_INVALID_PASSWORD where its checksum, which is made with the password, is
// another: PFXImportCertStore's answer, since PeerIdentityImport's own is not documented.
int32_t container_open(const char *text, const char *password, const char *name, EVP_PKEY **key, char **certificate) {
    size_t length;
    const uint8_t *data = unbase64(text, &length), *at = data;
    PKCS12 *container = data ? d2i_PKCS12(NULL, &at, (long)length) : NULL;
    if (container == NULL || at != data + length || !PKCS12_mac_present(container)) {
        PKCS12_free(container);
        return E_INVALIDARG;
    }
    X509 *parsed = NULL;
    *key = NULL;
    int fits = PKCS12_verify_mac(container, password, -1);
    if (fits) PKCS12_parse(container, password, key, &parsed, NULL);
    PKCS12_free(container);
    // The name stands inside as well, where it cannot be changed without the password.
    int length_inside = 0;
    const uint8_t *inside = parsed ? X509_alias_get0(parsed, &length_inside) : NULL;
    int renamed = inside != NULL && strcmp(temp_format("%.*s", length_inside, (const char *)inside), name) != 0;
    if (*key == NULL || parsed == NULL || EVP_PKEY_base_id(*key) != EVP_PKEY_RSA || renamed) {
        EVP_PKEY_free(*key);
        X509_free(parsed);
        return fits ? E_INVALIDARG : E_INVALID_PASSWORD;
    }
    *key = quick(*key);
    uint8_t *der = NULL;
    int size = i2d_X509(parsed, &der);
    X509_free(parsed);
    uint8_t *copy = encoded(size, der, &length);
    *certificate = base64(copy, length);
    return S_OK;
}

char *key_sign(EVP_PKEY *key, const char *text) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t length = (size_t)EVP_PKEY_size(key);
    uint8_t *signature = temp(length);
    if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(context, signature, &length, (const uint8_t *)text, strlen(text)) != 1) {
        misuse_fatal("a key could not sign");
    }
    EVP_MD_CTX_free(context);
    return base64(signature, length);
}

int key_verify(EVP_PKEY *key, const char *text, const char *signature) {
    size_t length;
    uint8_t *data = signature ? unbase64(signature, &length) : NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int right = data != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(context, data, length, (const uint8_t *)text, strlen(text)) == 1;
    EVP_MD_CTX_free(context);
    return right;
}

CERT_PUBLIC_KEY_INFO *block_public_key(void *of, EVP_PKEY *key) {
    static const uint8_t null_parameters[] = {5, 0};
    size_t length;
    uint8_t *bits = key_public_bits(key, &length);
    CERT_PUBLIC_KEY_INFO *info = block_child(of, sizeof *info);
    info->Algorithm.pszObjId = strcpy(block_child(of, 32), "1.2.840.113549.1.1.1");
    info->Algorithm.Parameters.cbData = sizeof null_parameters;
    info->Algorithm.Parameters.pbData = memcpy(block_child(of, 2), null_parameters, 2);
    info->PublicKey.cbData = (DWORD)length;
    info->PublicKey.pbData = memcpy(block_child(of, length), bits, length);
    return info;
}
