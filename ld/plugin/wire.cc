// Messages over a socket. See wire.h; compiled into the linker and into the plugin host.
#include "ld/plugin/wire.h"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace xld::plugin {

namespace {

// Grown as bytes arrive: a length that lies costs nothing.
constexpr size_t kReadStep = size_t{1} << 20;

bool send_all(int socket, const void* data, size_t size) {
  const auto* next = static_cast<const char*>(data);
  while (size != 0) {
    const ssize_t sent = ::send(socket, next, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    next += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}

bool receive_all(int socket, char* data, size_t size) {
  while (size != 0) {
    const ssize_t got = ::read(socket, data, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    data += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

}  // namespace

bool send_message(int socket, const std::string& message) {
  if (message.size() > UINT32_MAX) return false;
  const auto size = static_cast<uint32_t>(message.size());
  return send_all(socket, &size, sizeof size) && send_all(socket, message.data(), size);
}

std::optional<std::string> receive_message(int socket) {
  uint32_t size = 0;
  if (!receive_all(socket, reinterpret_cast<char*>(&size), sizeof size)) return std::nullopt;
  std::string message;
  while (message.size() < size) {
    const size_t done = message.size();
    message.resize(done + std::min<size_t>(kReadStep, size - done));
    if (!receive_all(socket, message.data() + done, message.size() - done)) return std::nullopt;
  }
  return message;
}

}  // namespace xld::plugin
