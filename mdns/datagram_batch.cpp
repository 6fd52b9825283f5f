#include "mdns/datagram_batch.hpp"

#include <cassert>
#include <cerrno>

namespace minidns::mdns {

DatagramBatch::DatagramBatch(std::size_t answer_octets_max)
    : answer_octets_max_(answer_octets_max),
      requests_(datagrams_max * request_octets_max),
      room_(datagrams_max * answer_octets_max) {
  for (std::size_t i = 0; i < datagrams_max; ++i) {
    request_parts_[i] = {request_room(i).data(), request_octets_max};
    received_[i].msg_hdr.msg_iov = &request_parts_[i];
    received_[i].msg_hdr.msg_iovlen = 1;
    to_send_[i].msg_hdr.msg_iov = &answer_parts_[i];
    to_send_[i].msg_hdr.msg_iovlen = 1;
  }
}

std::span<std::uint8_t> DatagramBatch::request_room(std::size_t i) {
  return std::span(requests_).subspan(i * request_octets_max, request_octets_max);
}

std::size_t DatagramBatch::receive(int socket) {
  answers_ = 0;
  for (std::size_t i = 0; i < datagrams_max; ++i) {
    received_[i].msg_hdr.msg_name = from_[i].data();
    received_[i].msg_hdr.msg_namelen = static_cast<socklen_t>(from_[i].capacity());
  }
  int count = 0;
  do {
    count = ::recvmmsg(socket, received_.data(), datagrams_max, MSG_DONTWAIT, nullptr);
  } while (count < 0 && errno == EINTR);
  // Errors are "nothing there", or ICMP's news of what we sent: nobody waits for it, and the socket stays readable.
  for (int i = 0; i < count; ++i) {
    from_[static_cast<std::size_t>(i)].resize(received_[static_cast<std::size_t>(i)].msg_hdr.msg_namelen);
  }
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

ByteView DatagramBatch::request(std::size_t i) const {
  const mmsghdr& message = received_[i];
  if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
    return {};
  }
  return ByteView(requests_).subspan(i * request_octets_max, message.msg_len);
}

std::span<std::uint8_t> DatagramBatch::room() {
  assert(answers_ < datagrams_max);
  return std::span(room_).subspan(answers_ * answer_octets_max_, answer_octets_max_);
}

void DatagramBatch::add_answer(std::size_t octets, std::size_t i) {
  answer_parts_[answers_] = {room().data(), octets};
  to_send_[answers_].msg_hdr.msg_name = from_[i].data();
  to_send_[answers_].msg_hdr.msg_namelen = static_cast<socklen_t>(from_[i].size());
  ++answers_;
}

std::size_t DatagramBatch::send(int socket) {
  std::size_t done = 0;
  std::size_t sent = 0;
  while (done < answers_) {
    const int count = ::sendmmsg(socket, &to_send_[done], static_cast<unsigned>(answers_ - done), MSG_DONTWAIT);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
      done += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      ++done;  // this one can't be sent, the next may
    }
  }
  answers_ = 0;
  return sent;
}

}  // namespace minidns::mdns
