/* NetUserChangePassword of netapi32.dll for a machine that is played in a folder: the user's password is the text of the
 * file `password` in the current directory, the machine's folder. Texts are UTF-16; what is beyond ASCII is refused. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NERR_Success 0
#define ERROR_INVALID_PASSWORD 86
#define ERROR_INVALID_PARAMETER 87
#define NERR_PasswordTooShort 2245

static int narrow(const uint16_t *wide, char *text, size_t size)
{
    size_t length = 0;
    for (; wide[length] != 0; length++) {
        if (length + 1 >= size || wide[length] > 126)
            return 0;
        text[length] = (char)wide[length];
    }
    text[length] = 0;
    return 1;
}

int NetUserChangePassword(const uint16_t *domain, const uint16_t *user, const uint16_t *before, const uint16_t *after)
{
    char known[300] = "", old[300], wanted[300];
    FILE *file;
    if (domain == NULL || user == NULL || !narrow(before, old, sizeof old) || !narrow(after, wanted, sizeof wanted))
        return ERROR_INVALID_PARAMETER;
    file = fopen("password", "r");
    if (file == NULL || fgets(known, sizeof known, file) == NULL)
        return ERROR_INVALID_PARAMETER;
    fclose(file);
    if (strcmp(known, old) != 0)
        return ERROR_INVALID_PASSWORD;
    if (strlen(wanted) < 12)
        return NERR_PasswordTooShort;
    file = fopen("password", "w");
    if (file == NULL)
        return ERROR_INVALID_PARAMETER;
    fputs(wanted, file);
    fclose(file);
    return NERR_Success;
}
