// Settings, faults, the one lock, memory for the time of a call.

#include "double.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static int depth;
static int kill_when_done;

static struct temporary {
    struct temporary *next;
    char data[] __attribute__((aligned(16)));
} *temporaries;

void *temp(size_t size) {
    struct temporary *made = calloc(1, sizeof *made + size + 1);
    if (made == NULL) misuse_fatal("out of memory");
    made->next = temporaries;
    temporaries = made;
    return made->data;
}

char *temp_copy(const char *text) { return text ? memcpy(temp(strlen(text)), text, strlen(text)) : NULL; }

char *temp_format(const char *format, ...) {
    va_list first, second;
    va_start(first, format);
    va_copy(second, first);
    int length = vsnprintf(NULL, 0, format, first);
    char *made = temp((size_t)length + 1);
    vsnprintf(made, (size_t)length + 1, format, second);
    va_end(first);
    va_end(second);
    return made;
}

// What was done wrong --------------------------------------------------------------------------------------------------

static char misuses[20][200];
static int misused;

static void remember(const char *format, va_list arguments) {
    vsnprintf(misuses[misused < 20 ? misused : 19], sizeof misuses[0], format, arguments);
    fprintf(stderr, "p2p double: %s\n", misuses[misused < 20 ? misused : 19]);
    misused++;
}

void misuse(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    remember(format, arguments);
    va_end(arguments);
}

void misuse_fatal(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    remember(format, arguments);
    va_end(arguments);
    _exit(134);
}

int misuse_count(void) { return misused < 20 ? misused : 20; }

const char *misuse_text(int index) { return misuses[index]; }

// Settings -------------------------------------------------------------------------------------------------------------

// The lines of both sources, read once per outermost call.
static char *from_environment, *from_file;

static char *value_in(const char *lines, const char *name) {
    size_t length = strlen(name);
    for (const char *at = lines; at != NULL && *at != 0;) {
        size_t end = strcspn(at, "\n;");
        const char *start = at + strspn(at, " \t");
        if (strncmp(start, name, length) == 0 && start[length] == '=') {
            char *value = temp((size_t)(at + end - start));
            memcpy(value, start + length + 1, (size_t)(at + end - start) - length - 1);
            value[strcspn(value, "\r")] = 0;
            return value;
        }
        at += end + (at[end] != 0);
    }
    return NULL;
}

const char *setting(const char *name) {
    char *value = value_in(from_file, name);
    return value ? value : value_in(from_environment, name);
}

long setting_number(const char *name, long otherwise) {
    const char *value = setting(name);
    return value ? strtol(value, NULL, 10) : otherwise;
}

int setting_is(const char *name, const char *value) {
    const char *set = setting(name);
    return set != NULL && strcmp(set, value) == 0;
}

// Faults ---------------------------------------------------------------------------------------------------------------

// How often a rule was met before: of the environment's rules in this process, of the control file's in all processes.
static struct {
    char rule[100];
    long met;
} met_here[50];

static long count_here(const char *rule) {
    for (int i = 0; i < 50; i++) {
        if (met_here[i].rule[0] == 0) snprintf(met_here[i].rule, sizeof met_here[i].rule, "%s", rule);
        if (strncmp(met_here[i].rule, rule, sizeof met_here[i].rule - 1) == 0) return ++met_here[i].met;
    }
    misuse_fatal("more than 50 rules of faults");
}

static long count_everywhere(const char *rule) {
    char *path = temp_format("%s.used", getenv("PEER_DOUBLE_CONTROL"));
    int file = open(path, O_RDWR | O_CREAT, 0600);
    if (file < 0) misuse_fatal("cannot write %s", path);
    flock(file, LOCK_EX);
    struct record *counts = record_parse(read_text(path));
    long long met = record_number(counts, rule) + 1;
    record_set_number(counts, rule, met);
    char *text = record_text(counts);
    if (ftruncate(file, 0) != 0 || pwrite(file, text, strlen(text), 0) < 0) misuse_fatal("cannot write %s", path);
    close(file);
    return met;
}

// Call[@n]=action[,times]: from the n-th call on, at most so often.
static char *due(const char *lines, const char *call, long (*count)(const char *)) {
    for (const char *at = lines; at != NULL && *at != 0;) {
        size_t end = strcspn(at, "\n;\r");
        char *rule = temp(end);
        memcpy(rule, at, end);
        rule += strspn(rule, " \t");
        at += end + (at[end] != 0);
        char *equals = strchr(rule, '=');
        if (equals == NULL || !(rule[0] == '*' || (rule[0] >= 'A' && rule[0] <= 'Z'))) continue;
        size_t name = strcspn(rule, "@=");
        if (rule[0] == '*' ? strcmp(call, "Change") == 0 : (strlen(call) != name || strncmp(rule, call, name) != 0)) continue;
        long from = rule[name] == '@' ? strtol(rule + name + 1, NULL, 10) : 1;
        char *comma = strchr(equals, ',');
        long times = comma ? strtol(comma + 1, NULL, 10) : rule[name] == '@' ? 1 : 1000000000;
        char *key = temp_copy(rule);
        key[equals - rule] = ':';
        long met = count(key);
        if (met < from || met >= from + times) continue;
        char *action = temp_copy(equals + 1);
        action[strcspn(action, ",")] = 0;
        return action;
    }
    return NULL;
}

void call_count(const char *call);

void background_enter(void) {
    pthread_mutex_lock(&lock);
    if (depth++ > 0) return;
    const char *control = getenv("PEER_DOUBLE_CONTROL");
    const char *inlined = getenv("PEER_DOUBLE_SETTINGS");
    from_environment = inlined ? temp_copy(inlined) : NULL;
    from_file = control ? read_text(control) : NULL;
}

static int32_t enter(const char *call, int changes) {
    background_enter();
    call_count(call);
    char *action = due(from_file, call, count_everywhere);
    if (action == NULL) action = due(from_environment, call, count_here);
    if (action == NULL && changes) action = due(from_file, "Change", count_everywhere);
    if (action == NULL && changes) action = due(from_environment, "Change", count_here);
    if (action == NULL) return 0;
    if (strcmp(action, "kill") == 0) _exit(137);
    if (strcmp(action, "kill-after") == 0) {
        kill_when_done = 1;
        return 0;
    }
    int32_t code = (int32_t)strtoul(action, NULL, 16);
    int hang = strcmp(action, "hang") == 0;
    call_leave(NULL);
    while (hang) pause();
    if (code == 0) misuse_fatal("no action of a fault of %s", call);
    return code;
}

int32_t call_enter(const char *call) { return enter(call, 0); }

int32_t call_enter_change(const char *call) { return enter(call, 1); }

void call_leave(const char **call) {
    (void)call;
    int error = errno;
    if (--depth == 0) {
        if (kill_when_done) _exit(137);
        while (temporaries != NULL) {
            struct temporary *next = temporaries->next;
            free(temporaries);
            temporaries = next;
        }
        from_environment = from_file = NULL;
    }
    pthread_mutex_unlock(&lock);
    errno = error;
}

BOOL fail_with(int32_t code) {
    errno = code;
    return FALSE;
}
