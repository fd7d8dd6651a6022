/* Loaded before the C library of a process, this records what the process has synced under
 * SYNC_ROOT, so that a power cut can be played afterwards: a file's content as it was at its last
 * sync, a folder's entries as they were at its last. Nothing is synced for real.
 *
 * A record is a file in SYNC_RECORD named by inode and birth, since inodes are used again.
 * SYNC_LIE=journals or folders drops their syncs silently. SYNC_FAIL_AT=N fails the Nth sync of a
 * journal by the thread that commits: those of the engine's own threads carry no commit. At
 * SYNC_KILL_AT=N the process is killed, counting all syncs of journals, and at
 * SYNC_KILL_AT_SWITCH=N, counting all syncs from the first one of a second journal on. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void fail(const char *what) {
    perror(what);
    abort();
}

static void identify(int fd, const char *name, char *identity, size_t size) {
    struct statx found;
    int flags = name[0] ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH;
    if (statx(fd, name, flags, STATX_INO | STATX_BTIME, &found)) fail("statx");
    snprintf(identity, size, "%llu-%lld-%u", (unsigned long long)found.stx_ino,
             (long long)found.stx_btime.tv_sec, found.stx_btime.tv_nsec);
}

static void copy_extent(int from, int to, off_t start, off_t end) {
    while (start < end) {
        ssize_t copied = copy_file_range(from, &start, to, &(off_t){start}, end - start, 0);
        if (copied < 0) fail("copy_file_range");
        if (copied == 0) return;
    }
}

static void record_file(int fd, const char *draft) {
    char source[64];
    snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
    int from = open(source, O_RDONLY | O_CLOEXEC);
    int to = open(draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    struct stat found;
    if (from < 0 || to < 0 || fstat(from, &found) || ftruncate(to, found.st_size)) fail(draft);
    off_t end = 0;
    for (off_t data; (data = lseek(from, end, SEEK_DATA)) >= 0;) {
        end = lseek(from, data, SEEK_HOLE);
        copy_extent(from, to, data, end);
    }
    close(from);
    close(to);
}

static void record_folder(int fd, const char *draft) {
    char source[64], identity[96];
    snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
    DIR *folder = opendir(source);
    FILE *to = fopen(draft, "we");
    if (!folder || !to) fail(draft);
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        identify(dirfd(folder), entry->d_name, identity, sizeof identity);
        fprintf(to, "%s %s %s\n", entry->d_type == DT_DIR ? "folder" : "file", identity,
                entry->d_name);
    }
    closedir(folder);
    if (fclose(to)) fail(draft);
}

/* Appears whole or not at all, as the process may be killed meanwhile. */
static void record(int fd, const char *into, int is_folder) {
    char draft[PATH_MAX], done[PATH_MAX], identity[96];
    identify(fd, "", identity, sizeof identity);
    snprintf(draft, sizeof draft, "%s/draft", into);
    snprintf(done, sizeof done, "%s/%s", into, identity);
    (is_folder ? record_folder : record_file)(fd, draft);
    if (rename(draft, done)) fail(done);
}

static int is_journal(const char *path) {
    size_t length = strlen(path);
    return length > 4 && !strcmp(path + length - 4, ".jnl");
}

static int is_due(const char *name, int sync) {
    const char *due = getenv(name);
    return due && sync == atoi(due);
}

static int is_committing(void) {
    char thread[16];
    return !prctl(PR_GET_NAME, thread) && !strcmp(thread, "store-commit");
}

static int fails_or_kills(void) {
    static int all, committing;
    ++all;
    if (is_due("SYNC_KILL_AT", all)) kill(getpid(), SIGKILL);
    return is_committing() && is_due("SYNC_FAIL_AT", ++committing);
}

static int is_second_journal(const char *path) {
    static char first[PATH_MAX];
    if (!is_journal(path)) return 0;
    if (!first[0]) strcpy(first, path);
    return strcmp(first, path);
}

static void kill_at_switch(const char *path) {
    static int syncs;
    if (syncs || is_second_journal(path)) ++syncs;
    if (syncs && is_due("SYNC_KILL_AT_SWITCH", syncs)) kill(getpid(), SIGKILL);
}

/* Of the writes to FULL_FILES, journals or tables, each FULL_EVERYth finds no room for its second
 * half. */
static int finds_no_room(int fd) {
    static int writes;
    const char *files = getenv("FULL_FILES"), *every = getenv("FULL_EVERY");
    if (!files || !every) return 0;
    char source[64], path[PATH_MAX] = "";
    snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
    if (readlink(source, path, sizeof path - 1) < 0) return 0;
    int is_meant = strcmp(files, "journals") ? strstr(path, "/tables/") != 0 : is_journal(path);
    return is_meant && __atomic_add_fetch(&writes, 1, __ATOMIC_RELAXED) % atoi(every) == 0;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    if (!finds_no_room(fd)) return real(fd, bytes, size);
    if (size > 1) real(fd, bytes, size / 2);
    errno = ENOSPC;
    return -1;
}

static int synced(int fd, const char *name) {
    char source[64], path[PATH_MAX] = "";
    const char *root = getenv("SYNC_ROOT"), *into = getenv("SYNC_RECORD");
    snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
    if (readlink(source, path, sizeof path - 1) < 0 || !root || !into ||
        strncmp(path, root, strlen(root))) {
        int (*real)(int) = dlsym(RTLD_NEXT, name);
        return real(fd);
    }
    struct stat found;
    if (fstat(fd, &found)) fail(path);
    const char *lie = getenv("SYNC_LIE");
    int is_folder = S_ISDIR(found.st_mode), lies = 0, fails = 0;
    if (lie) lies = strcmp(lie, "folders") ? is_journal(path) : is_folder;
    pthread_mutex_lock(&lock);
    kill_at_switch(path);
    if (is_journal(path)) fails = fails_or_kills();
    if (!lies && !fails) record(fd, into, is_folder);
    pthread_mutex_unlock(&lock);
    if (fails) errno = EIO;
    return fails ? -1 : 0;
}

int fsync(int fd) { return synced(fd, "fsync"); }

int fdatasync(int fd) { return synced(fd, "fdatasync"); }
