// The types of Windows that p2p.h is made of, for a compiler on Linux: widths and layouts as on 64-bit Windows.
#ifndef PEER_DOUBLE_WINSOCK2_H
#define PEER_DOUBLE_WINSOCK2_H

#include <stdint.h>
#include <wchar.h>

#define WINAPI
#define CALLBACK
#define __C89_NAMELESS

typedef void VOID, *PVOID, *HANDLE, *HWND;
typedef const void *LPCVOID;
typedef uint8_t BYTE, *PBYTE;
typedef uint16_t WORD, USHORT;
typedef uint32_t DWORD, ULONG;
typedef int32_t INT, LONG, HRESULT, WINBOOL, BOOL;
typedef uint64_t ULONGLONG;
typedef uintptr_t ULONG_PTR;
typedef wchar_t WCHAR, *PWSTR, *LPWSTR;
typedef const wchar_t *PCWSTR;
_Static_assert(sizeof(WCHAR) == 2, "-fshort-wchar is missing");

typedef struct _GUID {
    DWORD Data1;
    WORD Data2, Data3;
    BYTE Data4[8];
} GUID;

// Roles and the like become constants of each file that includes the header.
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                                                   \
    static const GUID name __attribute__((unused)) = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}

typedef struct _FILETIME {
    DWORD dwLowDateTime, dwHighDateTime;
} FILETIME;

typedef struct sockaddr_of_windows {
    USHORT sa_family;
    char sa_data[14];
} SOCKADDR, *LPSOCKADDR;

typedef struct sockaddr_in6_of_windows {
    USHORT sin6_family, sin6_port;
    ULONG sin6_flowinfo;
    BYTE sin6_addr[16];
    ULONG sin6_scope_id;
} SOCKADDR_IN6;

#define AF_INET6_WINDOWS 23

typedef struct _SOCKET_ADDRESS {
    LPSOCKADDR lpSockaddr;
    INT iSockaddrLength;
} SOCKET_ADDRESS;

typedef struct _BLOB {
    ULONG cbSize;
    BYTE *pBlobData;
} BLOB;

#define TRUE 1
#define FALSE 0
#define MAKEWORD(low, high) ((WORD)((BYTE)(low) | ((WORD)(BYTE)(high)) << 8))
#define SEVERITY_ERROR 1
#define FACILITY_WIN32 7
#define MAKE_HRESULT(severity, facility, code)                                                                         \
    ((HRESULT)((uint32_t)(severity) << 31 | (uint32_t)(facility) << 16 | (uint32_t)(code)))
#define ERROR_DISK_FULL 112
#define ERROR_ALREADY_EXISTS 183
#define ERROR_NOT_FOUND 1168

#endif
