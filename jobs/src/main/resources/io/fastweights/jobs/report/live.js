// New content of a running job. What is opened stays open; nothing changes under the pointer.
const source = new EventSource('events');
source.onmessage = event => {
  if (!tip.hidden) return;
  const main = document.querySelector('main');
  const opened = Array.from(main.querySelectorAll('details'), one => one.open);
  main.innerHTML = event.data;
  main.querySelectorAll('details').forEach((one, i) => { one.open = opened[i] || false; });
  prepare();
};
source.addEventListener('end', () => source.close());
