// Texts: UTF-16 outside, UTF-8 inside.

#include "double.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

size_t wide_length(PCWSTR text) {
    size_t length = 0;
    while (text[length] != 0) length++;
    return length;
}

char *narrow(PCWSTR text) {
    if (text == NULL) return NULL;
    size_t length = wide_length(text);
    char *made = temp(length * 3);
    char *at = made;
    for (size_t i = 0; i < length; i++) {
        uint32_t code = (uint16_t)text[i];
        if (code >= 0xD800 && code < 0xDC00 && i + 1 < length) {
            code = 0x10000 + ((code - 0xD800) << 10) + ((uint16_t)text[++i] - 0xDC00u);
        }
        if (code < 0x80) {
            *at++ = (char)code;
        } else if (code < 0x800) {
            *at++ = (char)(0xC0 | code >> 6);
            *at++ = (char)(0x80 | (code & 63));
        } else if (code < 0x10000) {
            *at++ = (char)(0xE0 | code >> 12);
            *at++ = (char)(0x80 | (code >> 6 & 63));
            *at++ = (char)(0x80 | (code & 63));
        } else {
            *at++ = (char)(0xF0 | code >> 18);
            *at++ = (char)(0x80 | (code >> 12 & 63));
            *at++ = (char)(0x80 | (code >> 6 & 63));
            *at++ = (char)(0x80 | (code & 63));
        }
    }
    return made;
}

static WCHAR *widen(const char *text, WCHAR *at) {
    WCHAR *start = at;
    for (const uint8_t *byte = (const uint8_t *)text; *byte != 0;) {
        uint32_t code = *byte++;
        int more = code >= 0xF0 ? 3 : code >= 0xE0 ? 2 : code >= 0xC0 ? 1 : 0;
        if (more > 0) code &= 0x3Fu >> more;
        while (more-- > 0 && *byte != 0) code = code << 6 | (*byte++ & 63);
        if (code >= 0x10000) {
            *at++ = (WCHAR)(0xD800 + ((code - 0x10000) >> 10));
            *at++ = (WCHAR)(0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            *at++ = (WCHAR)code;
        }
    }
    *at = 0;
    return start;
}

WCHAR *block_text(const char *utf8) {
    if (utf8 == NULL) utf8 = "";
    return widen(utf8, block((strlen(utf8) + 1) * sizeof(WCHAR)));
}

WCHAR *block_child_text(void *of, const char *utf8) {
    if (utf8 == NULL) utf8 = "";
    return widen(utf8, block_child(of, (strlen(utf8) + 1) * sizeof(WCHAR)));
}

char *base64(const uint8_t *data, size_t length) {
    char *made = temp(length * 4 / 3 + 8);
    EVP_EncodeBlock((uint8_t *)made, data, (int)length);
    return made;
}

uint8_t *unbase64(const char *text, size_t *length) {
    size_t written = strlen(text);
    uint8_t *made = temp(written + 4);
    int decoded = written % 4 == 0 ? EVP_DecodeBlock(made, (const uint8_t *)text, (int)written) : -1;
    if (decoded < 0) return NULL;
    if (written > 1 && text[written - 1] == '=') decoded--;
    if (written > 1 && text[written - 2] == '=') decoded--;
    *length = (size_t)decoded;
    return strcmp(base64(made, *length), text) == 0 ? made : NULL;
}

char *hex(const uint8_t *data, size_t length) {
    char *made = temp(length * 2);
    for (size_t i = 0; i < length; i++) {
        made[2 * i] = "0123456789abcdef"[data[i] >> 4];
        made[2 * i + 1] = "0123456789abcdef"[data[i] & 15];
    }
    return made;
}

char *name_hash(const char *name) {
    uint8_t digest[SHA_DIGEST_LENGTH];
    SHA1((const uint8_t *)name, strlen(name), digest);
    return hex(digest, sizeof digest);
}

static const struct {
    const char *plain, *escaped;
} entities[] = {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}};

char *xml_escape(const char *text) {
    char *made = temp(strlen(text) * 5);
    char *at = made;
    for (; *text != 0; text++) {
        int i = 0;
        while (i < 3 && *text != *entities[i].plain) i++;
        if (i < 3) {
            strcpy(at, entities[i].escaped);
            at += strlen(at);
        } else {
            *at++ = *text;
        }
    }
    return made;
}

char *xml_unescape(const char *text) {
    char *made = temp(strlen(text));
    for (char *at = made; *text != 0;) {
        int i = 0;
        while (i < 3 && strncmp(text, entities[i].escaped, strlen(entities[i].escaped)) != 0) i++;
        *at++ = i < 3 ? *entities[i].plain : *text;
        text += i < 3 ? strlen(entities[i].escaped) : 1;
    }
    return made;
}

char *between(const char **at, const char *before, const char *after) {
    const char *start = strstr(*at, before);
    const char *end = start ? strstr(start + strlen(before), after) : NULL;
    if (end == NULL) return NULL;
    start += strlen(before);
    char *made = temp((size_t)(end - start));
    memcpy(made, start, (size_t)(end - start));
    *at = end + strlen(after);
    return made;
}
