// The functions of kernel32.dll that the guest files call.

#include "double.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

HANDLE WINAPI GetCurrentProcess(void) { return (HANDLE)(intptr_t)-1; }

BOOL WINAPI TerminateProcess(HANDLE process, DWORD code) {
    if (process != (HANDLE)(intptr_t)-1) return fail_with(ERROR_INVALID_HANDLE);
    // As Windows does it: at once, whatever hangs.
    _exit((int)(code & 0xFF));
}
