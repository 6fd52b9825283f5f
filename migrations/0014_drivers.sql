-- A driver for Knot's control socket.

alter table nameservers drop constraint nameservers_driver_check;
alter table nameservers add constraint nameservers_driver_check
  check (driver in ('bind', 'powerdns', 'knot', 'catalog', 'none'));
