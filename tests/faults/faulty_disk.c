/* Preloaded into a relay, fails its writes and syncs of some files when told to.
 *
 * FAULTY_DISK_FILES is what is in the paths of those files. FAULTY_DISK_CONTROL names a file of three 64-bit numbers that both processes map: the kind of
 * fault (0: none), every how many operations it strikes, and how often it has struck.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum kind { NONE, WRITE_EIO, WRITE_SHORT, WRITE_FULL, SYNC_EIO };
struct control { int64_t kind, every, struck; };

static volatile struct control *control;
static const char *files;
static int64_t operations;

__attribute__((constructor)) static void map_control(void) {
  const char *path = getenv("FAULTY_DISK_CONTROL");
  files = getenv("FAULTY_DISK_FILES");
  int file = path ? open(path, O_RDWR) : -1;
  if (file < 0 || !files) return;
  void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) control = mapped;
}

static int is_meant(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  /* The -shm file is memory that needs no disk. */
  return strstr(path, files) && !strstr(path, "-shm") && !strstr(path, ".lock");
}

static int strikes(int file, int is_sync) {
  if (!control || control->kind == NONE || (control->kind == SYNC_EIO) != is_sync) return 0;
  if (!is_meant(file)) return 0;
  if (__atomic_add_fetch(&operations, 1, __ATOMIC_SEQ_CST) % control->every) return 0;
  control->struck++;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* What of a write goes to the disk, or -1 with errno. */
static ssize_t struck_size(size_t size) {
  if (control->kind == WRITE_SHORT && size > 1) return size / 2;
  errno = control->kind == WRITE_EIO ? EIO : ENOSPC;
  return -1;
}

ssize_t write(int file, const void *data, size_t size) {
  if (strikes(file, 0)) {
    ssize_t some = struck_size(size);
    return some < 0 ? -1 : REAL(write)(file, data, some);
  }
  return REAL(write)(file, data, size);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at) {
  if (strikes(file, 0)) {
    ssize_t some = struck_size(size);
    return some < 0 ? -1 : REAL(pwrite)(file, data, some, at);
  }
  return REAL(pwrite)(file, data, size, at);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) {
  if (strikes(file, 0)) {
    ssize_t some = struck_size(size);
    return some < 0 ? -1 : REAL(pwrite64)(file, data, some, at);
  }
  return REAL(pwrite64)(file, data, size, at);
}

int fsync(int file) {
  if (strikes(file, 1)) return errno = EIO, -1;
  return REAL(fsync)(file);
}

int fdatasync(int file) {
  if (strikes(file, 1)) return errno = EIO, -1;
  return REAL(fdatasync)(file);
}
