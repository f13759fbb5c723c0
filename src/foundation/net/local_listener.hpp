// A listening socket that has a name in the file system (unix(7)): programs of this machine connect to it.
#pragma once

#include <filesystem>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "foundation/net/local_stream.hpp"

namespace qnet::net {

/// A listening socket, for this process's user alone (0600), whose name goes with it.
class LocalListener {
 public:
  /// In a folder, below folders, that nobody else can write to; one that is not there is made. Replaces the
  /// socket of a process that has died. Errors: address_in_use (somebody listens there), not_permitted,
  /// failed (what is wrong with the name).
  [[nodiscard]] static base::Result<LocalListener> open(boost::asio::io_context& io,
                                                        const std::filesystem::path& name);
  LocalListener(LocalListener&& other) noexcept;
  LocalListener& operator=(LocalListener&&) = delete;
  ~LocalListener();

  [[nodiscard]] local::acceptor& acceptor() { return acceptor_; }
  /// Removes the name too, if it is still this socket's.
  void close();

 private:
  struct Name;
  LocalListener(local::acceptor acceptor, std::unique_ptr<Name> name);
  local::acceptor acceptor_;
  std::unique_ptr<Name> name_;  // null where a service manager has made the socket
};

}  // namespace qnet::net
