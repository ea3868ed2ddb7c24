/**
 * The one script of the pages. It says times in the visitor's zone, sends the knock without leaving the page, and looks
 * every two seconds whether the room is open: less often after a while and not while the page is hidden. Without it the
 * button and a link do the same.
 */
export const script = `
for(const t of document.querySelectorAll('time'))t.textContent=new Intl.DateTimeFormat(document.documentElement.lang,{dateStyle:'medium',timeStyle:'short'}).format(new Date(t.dateTime))+' ('+t.textContent+')';
const form=document.getElementById('knock');
if(form){
const status=document.getElementById('status'),button=form.querySelector('button'),say=(text)=>{if(status.textContent!==text)status.textContent=text};
const ask=(method)=>fetch(location.pathname,{method,headers:{accept:'application/json'},cache:'no-store'});
let looks=0,timer;
const look=async()=>{
clearTimeout(timer);
if(!document.hidden){
looks+=1;
try{
const answer=await ask('GET'),{state,url}=await answer.json();
if(state==='live'&&/^https:/.test(url)){location.replace(location.pathname);return}
if(state!=='opening'&&state!=='on-demand'){location.reload();return}
if(looks>15){say(form.dataset.late);button.disabled=false}
}catch{say(form.dataset.offline);button.disabled=false}
}
timer=setTimeout(look,looks<60?2000:10000);
};
const knock=async(event)=>{
event.preventDefault();
button.disabled=true;looks=0;say(form.dataset.opening);
try{await ask('POST')}catch{say(form.dataset.offline)}
look();
};
form.addEventListener('submit',knock);
document.addEventListener('visibilitychange',()=>{if(!document.hidden&&timer)look()});
if('waits' in form.dataset)look();
}
`.trim();
