-- Drivers for the control channels of Knot and NSD.

alter table nameservers drop constraint nameservers_driver_check;
alter table nameservers add constraint nameservers_driver_check
  check (driver in ('bind', 'powerdns', 'knot', 'nsd', 'catalog', 'none'));
