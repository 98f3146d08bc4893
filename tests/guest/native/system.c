// What the guest files call beside p2p.dll and CryptoAPI: kernel32.dll, the security authority of advapi32.dll, the name
// space of ws2_32.dll that tells the states of clouds.

#include "double.h"

#include <stdio.h>
#include <unistd.h>

// kernel32.dll ---------------------------------------------------------------------------------------------------------

HANDLE WINAPI GetCurrentProcess(void) { return (HANDLE)(intptr_t)-1; }

BOOL WINAPI TerminateProcess(HANDLE process, DWORD code) {
    if (process != (HANDLE)(intptr_t)-1) return fail_with(ERROR_INVALID_HANDLE);
    // As Windows does it: at once, whatever hangs.
    _exit((int)(code & 0xFF));
}

// advapi32.dll: rights of accounts are noted in the user's folder, one a line. --------------------------------------------

#define STATUS_INVALID_PARAMETER 0xC000000Du
#define STATUS_NO_SUCH_PRIVILEGE 0xC0000060u
#define STATUS_ACCESS_DENIED 0xC0000022u
#define STATUS_OBJECT_NAME_NOT_FOUND 0xC0000034u

struct lsa_text {
    USHORT length, maximum;
    const WCHAR *text;
};

static char policy;

DWORD WINAPI LsaOpenPolicy(void *system, const DWORD *attributes, DWORD access, void **out) {
    if (call_enter("LsaOpenPolicy") != 0) return STATUS_ACCESS_DENIED;
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = "LsaOpenPolicy";
    (void)access;
    if (system != NULL || attributes == NULL || *attributes != 48 || out == NULL) return STATUS_INVALID_PARAMETER;
    *out = &policy;
    return 0;
}

DWORD WINAPI LsaAddAccountRights(void *handle, const BYTE *sid, const struct lsa_text *rights, DWORD count) {
    if (call_enter("LsaAddAccountRights") != 0) return STATUS_ACCESS_DENIED;
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = "LsaAddAccountRights";
    if (handle != &policy || sid == NULL || sid[0] != 1 || rights == NULL) return STATUS_INVALID_PARAMETER;
    for (DWORD i = 0; i < count; i++) {
        const struct lsa_text *right = &rights[i];
        if (right->length % 2 != 0 || right->maximum < right->length) return STATUS_INVALID_PARAMETER;
        WCHAR *copy = memcpy(temp(right->length + 2u), right->text, right->length);
        char *name = narrow(copy);
        const char *known[] = {"SeBatchLogonRight", "SeServiceLogonRight"};
        if (strcmp(name, known[0]) != 0 && strcmp(name, known[1]) != 0) return STATUS_NO_SUCH_PRIVILEGE;
        FILE *file = user_folder() ? fopen(temp_format("%s/account-rights", user_folder()), "a") : NULL;
        if (file == NULL) return STATUS_ACCESS_DENIED;
        fprintf(file, "%s %s\n", hex(sid, 8 + 4u * sid[1]), name);
        fclose(file);
    }
    return 0;
}

// What LsaEnumerateAccountRights gave away and nobody has given back by LsaFreeMemory.
static void *given_rights;

DWORD WINAPI LsaEnumerateAccountRights(void *handle, const BYTE *sid, struct lsa_text **out, DWORD *count) {
    if (call_enter("LsaEnumerateAccountRights") != 0) return STATUS_ACCESS_DENIED;
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = "LsaEnumerateAccountRights";
    if (handle != &policy || sid == NULL || sid[0] != 1 || out == NULL || count == NULL) return STATUS_INVALID_PARAMETER;
    FILE *file = user_folder() ? fopen(temp_format("%s/account-rights", user_folder()), "r") : NULL;
    enum { MOST = 8, LENGTH = 64 };
    struct lsa_text *found = calloc(1, MOST * (sizeof *found + LENGTH * sizeof(WCHAR)));
    WCHAR *texts = (WCHAR *)(found + MOST);
    char owner[160], name[LENGTH];
    const char *wanted = hex(sid, 8 + 4u * sid[1]);
    DWORD number = 0;
    while (file != NULL && number < MOST && fscanf(file, "%159s %63s", owner, name) == 2) {
        if (strcmp(owner, wanted) != 0) continue;
        WCHAR *text = texts + number * LENGTH;
        size_t length = strlen(name);
        // Without a zero at its end, as Windows may have it.
        for (size_t i = 0; i < LENGTH; i++) text[i] = i < length ? (WCHAR)name[i] : L'x';
        found[number++] = (struct lsa_text){(USHORT)(2 * length), (USHORT)(2 * length), text};
    }
    if (file != NULL) fclose(file);
    if (number == 0) {
        free(found);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    *out = given_rights = found;
    *count = number;
    return 0;
}

DWORD WINAPI LsaFreeMemory(void *memory) {
    if (memory == NULL || memory != given_rights) return STATUS_INVALID_PARAMETER;
    free(given_rights);
    given_rights = NULL;
    return 0;
}

DWORD WINAPI LsaClose(void *handle) {
    if (given_rights != NULL) misuse("LsaClose: the rights were not given back");
    return handle == &policy ? 0 : STATUS_INVALID_PARAMETER;
}

DWORD WINAPI LsaNtStatusToWinError(DWORD status) {
    return status == 0                          ? 0
           : status == STATUS_ACCESS_DENIED     ? 5
           : status == STATUS_NO_SUCH_PRIVILEGE ? 1313
                                                : ERROR_INVALID_PARAMETER;
}

// ws2_32.dll -----------------------------------------------------------------------------------------------------------

#define SOCKET_ERROR (-1)
#define WSAEFAULT 10014
#define WSAEINVAL 10022
#define WSANOTINITIALISED 10093
#define WSA_E_NO_MORE 10110
#define WSASERVICE_NOT_FOUND 10108
#define LUP_RETURN_NAME 0x0010
#define LUP_RETURN_BLOB 0x0200

typedef struct {
    DWORD dwSize;
    PWSTR lpszServiceInstanceName;
    GUID *lpServiceClassId;
    void *lpVersion;
    PWSTR lpszComment;
    DWORD dwNameSpace;
    GUID *lpNSProviderId;
    PWSTR lpszContext;
    DWORD dwNumberOfProtocols;
    void *lpafpProtocols;
    PWSTR lpszQueryString;
    DWORD dwNumberOfCsAddrs;
    void *lpcsaBuffer;
    DWORD dwOutputFlags;
    BLOB *lpBlob;
} WSAQUERYSETW;

static int winsock;

struct lookup {
    int at;
    DWORD flags;
};

int WINAPI WSAStartup(WORD version, BYTE *data) {
    if (version == 0 || data == NULL) return WSAEFAULT;
    winsock++;
    return 0;
}

int WINAPI WSACleanup(void) {
    if (winsock > 0) winsock--;
    return 0;
}

static int socket_error(int code) {
    errno = code;
    return SOCKET_ERROR;
}

int WINAPI WSALookupServiceBeginW(WSAQUERYSETW *query, DWORD flags, HANDLE *out) {
    if (call_enter("WSALookupServiceBegin") != 0) return socket_error(WSASERVICE_NOT_FOUND);
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = "WSALookupServiceBegin";
    if (winsock == 0) return socket_error(WSANOTINITIALISED);
    if (query == NULL || out == NULL || query->dwSize != sizeof *query || query->dwNameSpace != NS_PNRPCLOUD) {
        return socket_error(WSAEINVAL);
    }
    GUID service = SVCID_PNRPCLOUD;
    PNRPCLOUDINFO *wanted = query->lpBlob ? (PNRPCLOUDINFO *)query->lpBlob->pBlobData : NULL;
    if (query->lpServiceClassId == NULL || memcmp(query->lpServiceClassId, &service, sizeof service) != 0 ||
        (wanted != NULL && (query->lpBlob->cbSize != sizeof *wanted || wanted->dwSize != sizeof *wanted))) {
        return socket_error(WSAEINVAL);
    }
    if (setting_is("pnrp", "stopped") || setting_is("ipv6", "off")) return socket_error(WSASERVICE_NOT_FOUND);
    struct lookup *made = calloc(1, sizeof *made);
    if (made == NULL) misuse_fatal("out of memory");
    made->flags = flags;
    *out = handle_open(HANDLE_LOOKUP, made);
    return 0;
}

int WINAPI WSALookupServiceNextW(HANDLE handle, DWORD flags, DWORD *size, WSAQUERYSETW *out) {
    if (call_enter("WSALookupServiceNext") != 0) return socket_error(WSAEINVAL);
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = "WSALookupServiceNext";
    (void)flags;
    struct lookup *lookup = handle_value(HANDLE_LOOKUP, handle);
    struct cloud clouds[2];
    if (lookup == NULL || size == NULL) return socket_error(WSAEINVAL);
    if (lookup->at >= cloud_list(clouds)) return socket_error(WSA_E_NO_MORE);
    const struct cloud *cloud = &clouds[lookup->at];
    struct {
        WSAQUERYSETW set;
        BLOB blob;
        PNRPCLOUDINFO info;
        WCHAR name[64];
    } *answer = (void *)out;
    if (*size < sizeof *answer || out == NULL) {
        *size = sizeof *answer;
        return socket_error(WSAEFAULT);
    }
    memset(answer, 0, sizeof *answer);
    answer->set.dwSize = sizeof answer->set;
    answer->set.dwNameSpace = NS_PNRPCLOUD;
    for (int i = 0; cloud->name[i] != 0; i++) answer->name[i] = (WCHAR)cloud->name[i];
    answer->info.dwSize = sizeof answer->info;
    answer->info.Cloud.AddressFamily = AF_INET6_WINDOWS;
    answer->info.Cloud.Scope = (PNRP_SCOPE)cloud->scope;
    answer->info.Cloud.ScopeId = (ULONG)cloud->scope_id;
    answer->info.enCloudState = (PNRP_CLOUD_STATE)cloud->state;
    answer->info.enCloudFlags = PNRP_CLOUD_FULL_PARTICIPANT;
    answer->blob.cbSize = sizeof answer->info;
    answer->blob.pBlobData = (BYTE *)&answer->info;
    if (lookup->flags & LUP_RETURN_NAME) answer->set.lpszServiceInstanceName = answer->name;
    if (lookup->flags & LUP_RETURN_BLOB) answer->set.lpBlob = &answer->blob;
    lookup->at++;
    return 0;
}

int WINAPI WSALookupServiceEnd(HANDLE handle) {
    if (call_enter("WSALookupServiceEnd") != 0) return socket_error(WSAEINVAL);
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = "WSALookupServiceEnd";
    struct lookup *lookup = handle_value(HANDLE_LOOKUP, handle);
    if (lookup == NULL) return socket_error(WSAEINVAL);
    handle_close(handle);
    free(lookup);
    return 0;
}
